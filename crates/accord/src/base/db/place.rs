//! Where a store is.

use std::fmt;
use std::path::{Path, PathBuf};

/// Where a store is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A folder with `accord.db` in it.
    Folder(PathBuf),
    /// `postgres://user@host/database`; several servers as `postgres://user@one,two/database?target_session_attrs=read-write`:
    /// whichever takes writes is used.
    Postgres(String),
}

impl Place {
    /// Reads `--at`: a folder, or an address that starts with `postgres://`.
    pub fn parse(at: &str) -> Self {
        if at.starts_with("postgres://") || at.starts_with("postgresql://") {
            Self::Postgres(at.to_owned())
        } else {
            Self::Folder(PathBuf::from(at))
        }
    }

    /// The folder, when it is one.
    pub fn folder(&self) -> Option<&Path> {
        match self {
            Self::Folder(path) => Some(path),
            Self::Postgres(_) => None,
        }
    }

    /// The database file of a folder.
    pub fn file(&self) -> Option<PathBuf> {
        self.folder().map(|folder| folder.join("accord.db"))
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(path) => path.display().fmt(f),
            // The password, if there is one, stays out of every message.
            Self::Postgres(url) => {
                let plain = url.split_once('?').map_or(url.as_str(), |(plain, _)| plain);
                match plain.rsplit_once('@') {
                    Some((_, host)) => write!(f, "postgres://{host}"),
                    None => f.write_str(plain),
                }
            }
        }
    }
}

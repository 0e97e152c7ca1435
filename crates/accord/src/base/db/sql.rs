//! One SQL text for both engines: parameters, rows, and the names of what the database refuses.

use super::super::clock::at_microsecond;
use super::super::ids::{Id, Kind};
use super::StoreError;
use jiff::{Timestamp, civil::Date};
use std::borrow::Cow;
use uuid::Uuid;

/// A statement. `Same` runs on both engines; `Each` is the counted exception.
///
/// Parameters are `$1..$n`, bound by number on both engines.
#[derive(Clone, Copy, Debug)]
pub enum Sql {
    /// One text for both.
    Same(&'static str),
    /// Where the engines differ.
    Each {
        /// For SQLite.
        lite: &'static str,
        /// For PostgreSQL.
        pg: &'static str,
    },
}

impl From<&'static str> for Sql {
    fn from(text: &'static str) -> Self {
        Self::Same(text)
    }
}

/// A value on its way into a statement.
#[derive(Clone, Debug)]
pub enum Param<'a> {
    /// NULL.
    Null,
    /// BIGINT.
    Int(i64),
    /// DOUBLE PRECISION.
    Real(f64),
    /// TEXT.
    Text(&'a str),
    /// TEXT made on the way.
    Made(String),
    /// An id as TEXT.
    Uuid(Uuid),
    /// BYTEA or BLOB.
    Bytes(Cow<'a, [u8]>),
}

impl Param<'_> {
    /// The same value, with nothing borrowed.
    pub fn owned(&self) -> Param<'static> {
        match self {
            Param::Null => Param::Null,
            Param::Int(n) => Param::Int(*n),
            Param::Real(n) => Param::Real(*n),
            Param::Text(text) => Param::Made((*text).to_owned()),
            Param::Made(text) => Param::Made(text.clone()),
            Param::Uuid(id) => Param::Uuid(*id),
            Param::Bytes(bytes) => Param::Bytes(Cow::Owned(bytes.to_vec())),
        }
    }
}

/// Whatever can be bound.
pub trait ToParam {
    /// The value as a parameter.
    fn param(&self) -> Param<'_>;
}

impl ToParam for str {
    fn param(&self) -> Param<'_> {
        Param::Text(self)
    }
}
impl ToParam for String {
    fn param(&self) -> Param<'_> {
        Param::Text(self)
    }
}
impl ToParam for [u8] {
    fn param(&self) -> Param<'_> {
        Param::Bytes(Cow::Borrowed(self))
    }
}
impl ToParam for Vec<u8> {
    fn param(&self) -> Param<'_> {
        Param::Bytes(Cow::Borrowed(self))
    }
}
impl ToParam for f64 {
    fn param(&self) -> Param<'_> {
        Param::Real(*self)
    }
}
impl ToParam for bool {
    fn param(&self) -> Param<'_> {
        Param::Int(i64::from(*self))
    }
}
impl ToParam for Date {
    fn param(&self) -> Param<'_> {
        Param::Made(self.to_string())
    }
}
impl ToParam for Timestamp {
    fn param(&self) -> Param<'_> {
        Param::Int(self.as_microsecond())
    }
}
impl<K> ToParam for Id<K> {
    fn param(&self) -> Param<'_> {
        Param::Uuid(self.uuid())
    }
}
impl<T: ToParam> ToParam for Option<T> {
    fn param(&self) -> Param<'_> {
        self.as_ref().map_or(Param::Null, ToParam::param)
    }
}
impl<T: ToParam + ?Sized> ToParam for &T {
    fn param(&self) -> Param<'_> {
        (**self).param()
    }
}
macro_rules! whole_numbers {
    ($($t:ty)*) => {$(
        impl ToParam for $t {
            fn param(&self) -> Param<'_> {
                Param::Int(i64::from(*self))
            }
        }
        impl FromColumn for $t {
            fn from_column(row: &Row<'_>, at: usize) -> Result<Self, StoreError> {
                let wide = i64::from_column(row, at)?;
                Self::try_from(wide).map_err(|_| StoreError::shape(at, "a whole number in range"))
            }
        }
    )*};
}
whole_numbers!(i32 u8 u16 u32);
impl ToParam for i64 {
    fn param(&self) -> Param<'_> {
        Param::Int(*self)
    }
}
impl ToParam for usize {
    fn param(&self) -> Param<'_> {
        Param::Int(i64::try_from(*self).unwrap_or(i64::MAX))
    }
}

/// One row of an answer; columns are read by position.
#[derive(Debug)]
pub enum Row<'r> {
    /// Of SQLite.
    Lite(&'r rusqlite::Row<'r>),
    /// Of PostgreSQL.
    #[cfg(feature = "postgres")]
    Pg(&'r tokio_postgres::Row),
}

impl Row<'_> {
    /// Column `at` as a `T`.
    pub fn get<T: FromColumn>(&self, at: usize) -> Result<T, StoreError> {
        T::from_column(self, at)
    }
}

/// Whatever a column can be read as.
pub trait FromColumn: Sized {
    /// Reads column `at`; an error names the column and what was wanted.
    fn from_column(row: &Row<'_>, at: usize) -> Result<Self, StoreError>;
}

macro_rules! direct {
    ($($t:ty, $wanted:literal;)*) => {$(
        impl FromColumn for $t {
            fn from_column(row: &Row<'_>, at: usize) -> Result<Self, StoreError> {
                match row {
                    Row::Lite(row) => row.get(at).map_err(|_| StoreError::shape(at, $wanted)),
                    #[cfg(feature = "postgres")]
                    Row::Pg(row) => row.try_get(at).map_err(|_| StoreError::shape(at, $wanted)),
                }
            }
        }
        impl FromColumn for Option<$t> {
            fn from_column(row: &Row<'_>, at: usize) -> Result<Self, StoreError> {
                match row {
                    Row::Lite(row) => row.get(at).map_err(|_| StoreError::shape(at, $wanted)),
                    #[cfg(feature = "postgres")]
                    Row::Pg(row) => row.try_get(at).map_err(|_| StoreError::shape(at, $wanted)),
                }
            }
        }
    )*};
}
direct! {
    f64, "a number";
    String, "text";
    Vec<u8>, "bytes";
}

impl FromColumn for i64 {
    fn from_column(row: &Row<'_>, at: usize) -> Result<Self, StoreError> {
        Option::<Self>::from_column(row, at)?.ok_or_else(|| StoreError::shape(at, "a whole number"))
    }
}
impl FromColumn for Option<i64> {
    fn from_column(row: &Row<'_>, at: usize) -> Result<Self, StoreError> {
        let wrong = StoreError::shape(at, "a whole number");
        match row {
            Row::Lite(row) => row.get(at).map_err(|_| wrong),
            // A number written in a statement is four bytes wide there, a column's eight.
            #[cfg(feature = "postgres")]
            Row::Pg(row) => match row.try_get::<_, Self>(at) {
                Ok(wide) => Ok(wide),
                Err(_) => row.try_get::<_, Option<i32>>(at).map(|n| n.map(i64::from)).map_err(|_| wrong),
            },
        }
    }
}

impl FromColumn for bool {
    fn from_column(row: &Row<'_>, at: usize) -> Result<Self, StoreError> {
        Ok(i64::from_column(row, at)? != 0)
    }
}
impl FromColumn for Timestamp {
    fn from_column(row: &Row<'_>, at: usize) -> Result<Self, StoreError> {
        Ok(at_microsecond(i64::from_column(row, at)?))
    }
}
impl FromColumn for Option<Timestamp> {
    fn from_column(row: &Row<'_>, at: usize) -> Result<Self, StoreError> {
        Ok(Option::<i64>::from_column(row, at)?.map(at_microsecond))
    }
}
impl FromColumn for Date {
    fn from_column(row: &Row<'_>, at: usize) -> Result<Self, StoreError> {
        let text = String::from_column(row, at)?;
        text.parse().map_err(|_| StoreError::shape(at, "an ISO date"))
    }
}
impl FromColumn for Option<Date> {
    fn from_column(row: &Row<'_>, at: usize) -> Result<Self, StoreError> {
        let text = Option::<String>::from_column(row, at)?;
        text.map(|t| t.parse().map_err(|_| StoreError::shape(at, "an ISO date"))).transpose()
    }
}
impl<K: Kind> FromColumn for Id<K> {
    fn from_column(row: &Row<'_>, at: usize) -> Result<Self, StoreError> {
        let text = String::from_column(row, at)?;
        text.parse().map_err(|_| StoreError::shape(at, K::NOUN))
    }
}
impl<K: Kind> FromColumn for Option<Id<K>> {
    fn from_column(row: &Row<'_>, at: usize) -> Result<Self, StoreError> {
        let text = Option::<String>::from_column(row, at)?;
        text.map(|t| t.parse().map_err(|_| StoreError::shape(at, K::NOUN))).transpose()
    }
}
impl FromColumn for Option<u16> {
    fn from_column(row: &Row<'_>, at: usize) -> Result<Self, StoreError> {
        let wide = Option::<i64>::from_column(row, at)?;
        wide.map(|w| u16::try_from(w).map_err(|_| StoreError::shape(at, "a small number"))).transpose()
    }
}

/// Whatever a whole row can be read as: tuples by position, nouns by their own reading.
pub trait FromRow: Sized {
    /// Reads the row.
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError>;
}

macro_rules! tuples {
    ($(($($t:ident $at:tt),+))*) => {$(
        impl<$($t: FromColumn),+> FromRow for ($($t,)+) {
            fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
                Ok(($(row.get::<$t>($at)?,)+))
            }
        }
    )*};
}
tuples! {
    (A 0)
    (A 0, B 1)
    (A 0, B 1, C 2)
    (A 0, B 1, C 2, D 3)
    (A 0, B 1, C 2, D 3, E 4)
    (A 0, B 1, C 2, D 3, E 4, F 5)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9)
}

//! Closed lists of words: an enum whose members are stored as text.

/// Declares an enum whose members are stored, bound and read back as the text beside them.
macro_rules! stored_words {
    ($(#[$meta:meta])* $name:ident, $wanted:literal {
        $($(#[$doc:meta])* $member:ident = $text:literal,)*
    }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name {
            $($(#[$doc])* $member,)*
        }

        impl $name {
            /// Every member, in order.
            pub const ALL: &'static [Self] = &[$(Self::$member),*];

            /// The word as stored.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$member => $text,)*
                }
            }

            /// Reads the stored word.
            pub fn parse(text: &str) -> Option<Self> {
                match text {
                    $($text => Some(Self::$member),)*
                    _ => None,
                }
            }
        }

        impl $crate::base::db::ToParam for $name {
            fn param(&self) -> $crate::base::db::Param<'_> {
                $crate::base::db::Param::Text(self.as_str())
            }
        }

        impl $crate::base::db::FromColumn for $name {
            fn from_column(
                row: &$crate::base::db::Row<'_>,
                at: usize,
            ) -> Result<Self, $crate::base::db::StoreError> {
                let text = String::from_column(row, at)?;
                Self::parse(&text).ok_or_else(|| $crate::base::db::StoreError::shape(at, $wanted))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}
pub(crate) use stored_words;

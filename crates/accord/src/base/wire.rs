//! What the API says and takes, as types that know their own JSON schema: the document of the API is made from them.
//!
//! Members are snake case, ids uuids, instants RFC 3339 in UTC, days ISO. What comes in with a member that is not
//! known is refused: a misspelt wish must not look granted.

use super::clock::at_microsecond;
use super::ids::{Id, Kind};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value, json};

/// A type that stands in the API's document.
pub trait Shape {
    /// Whether a member of this type must be there.
    const REQUIRED: bool = true;
    /// Its schema, where it is used.
    fn schema() -> Value;
    /// Adds the named schemas it is made of.
    fn define(named: &mut Map<String, Value>) {
        // A type without a name of its own adds nothing.
        let _ = named;
    }
}

/// Objects of the API: a struct each, with serde's and the document's view of it from the same lines.
macro_rules! wire {
    ($($(#[doc = $about:literal])* $name:ident { $($(#[doc = $doc:literal])* $field:ident: $kind:ty,)* })*) => {$(
        $(#[doc = $about])*
        #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $($(#[doc = $doc])* pub $field: $kind,)*
        }

        impl $crate::base::wire::Shape for $name {
            fn schema() -> serde_json::Value {
                serde_json::json!({ "$ref": concat!("#/components/schemas/", stringify!($name)) })
            }

            fn define(named: &mut serde_json::Map<String, serde_json::Value>) {
                $(<$kind as $crate::base::wire::Shape>::define(named);)*
                let members = vec![$($crate::base::wire::member::<$kind>(stringify!($field), concat!($($doc),*))),*];
                named.insert(stringify!($name).to_owned(), $crate::base::wire::object(concat!($($about),*), members));
            }
        }
    )*};
}
pub(crate) use wire;

/// Texts of the API: how a type is told, how it is read, and its schema.
macro_rules! wire_text {
    ($kind:ty, $show:expr, $read:expr, $schema:tt) => {
        impl serde::Serialize for $kind {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                let show: fn(&$kind) -> String = $show;
                to.serialize_str(&show(self))
            }
        }

        impl<'de> serde::Deserialize<'de> for $kind {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let read: fn(&str) -> Option<$kind> = $read;
                let text = String::deserialize(from)?;
                read(&text).ok_or_else(|| serde::de::Error::custom(concat!("this is not a ", stringify!($kind))))
            }
        }

        impl $crate::base::wire::Shape for $kind {
            fn schema() -> serde_json::Value {
                serde_json::json!($schema)
            }
        }
    };
}
pub(crate) use wire_text;

/// A member of an object: its name, whether it must be there, its schema.
pub type Member = (&'static str, bool, Value);

/// The member of a type.
pub fn member<T: Shape>(name: &'static str, about: &str) -> Member {
    let mut schema = T::schema();
    if let Value::Object(schema) = &mut schema {
        schema.insert("description".into(), json!(about.trim()));
    }
    (name, T::REQUIRED, schema)
}

/// The schema of an object that has these members and no others.
pub fn object(about: &str, members: Vec<Member>) -> Value {
    let required: Vec<&str> = members.iter().filter(|(_, required, _)| *required).map(|(name, ..)| *name).collect();
    let properties: Map<String, Value> =
        members.iter().map(|(name, _, schema)| ((*name).to_owned(), schema.clone())).collect();
    json!({
        "type": "object",
        "description": about.trim(),
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

impl Shape for String {
    fn schema() -> Value {
        json!({ "type": "string" })
    }
}

impl Shape for bool {
    fn schema() -> Value {
        json!({ "type": "boolean" })
    }
}

impl Shape for u16 {
    fn schema() -> Value {
        json!({ "type": "integer", "minimum": 0, "maximum": u16::MAX })
    }
}

impl Shape for u32 {
    fn schema() -> Value {
        json!({ "type": "integer", "minimum": 0, "maximum": u32::MAX })
    }
}

impl<T: Shape> Shape for Option<T> {
    const REQUIRED: bool = false;
    fn schema() -> Value {
        json!({ "anyOf": [T::schema(), { "type": "null" }] })
    }
    fn define(named: &mut Map<String, Value>) {
        T::define(named);
    }
}

impl<T: Shape> Shape for Vec<T> {
    fn schema() -> Value {
        json!({ "type": "array", "items": T::schema() })
    }
    fn define(named: &mut Map<String, Value>) {
        T::define(named);
    }
}

/// How many of something one request may name.
pub const FEW: usize = 10;

/// One to [`FEW`] of something that a request names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Few<T>(pub Vec<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Few<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let all = Vec::deserialize(from)?;
        if all.is_empty() || all.len() > FEW {
            return Err(D::Error::custom("1 to 10 are wanted here"));
        }
        Ok(Self(all))
    }
}

impl<T: Shape> Shape for Few<T> {
    fn schema() -> Value {
        json!({ "type": "array", "items": T::schema(), "minItems": 1, "maxItems": FEW })
    }
    fn define(named: &mut Map<String, Value>) {
        T::define(named);
    }
}

impl<K> Serialize for Id<K> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.to_string())
    }
}

impl<'de, K: Kind> Deserialize<'de> for Id<K> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        // The one spelling that the document names; the parser knows more.
        let id = text.parse().ok().filter(|_| text.len() == 36);
        id.ok_or_else(|| D::Error::custom(format!("this is not the id of a {}", K::NOUN)))
    }
}

impl<K> Shape for Id<K> {
    fn schema() -> Value {
        json!({ "type": "string", "format": "uuid" })
    }
}

/// An instant, as RFC 3339 in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Instant(pub Timestamp);
wire_text!(Instant, |at| at.0.to_string(), |text| text.parse().ok().map(Instant), {
    "type": "string", "format": "date-time"
});

impl Instant {
    /// From microseconds since 1970 UTC.
    pub fn at(us: i64) -> Self {
        Self(at_microsecond(us))
    }
}

/// A civil day in London, as `2027-01-05`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day(pub Date);
wire_text!(Day, |day| day.0.to_string(), |text| text.parse().ok().filter(|_| text.len() == 10).map(Day), {
    "type": "string", "format": "date"
});

#[cfg(test)]
mod tests {
    use super::*;

    wire! {
        /// A thing.
        Thing {
            /// When.
            at: Instant,
            /// Which days.
            days: Few<Day>,
            /// Perhaps more.
            more: Option<u16>,
        }
    }

    #[test]
    fn the_schema_and_serde_say_the_same() {
        let mut named = Map::new();
        Thing::define(&mut named);
        let schema = &named["Thing"];
        assert_eq!(schema["required"], json!(["at", "days"]));
        assert_eq!(schema["properties"]["at"]["description"], "When.");
        let good = json!({ "at": "2027-01-05T09:00:00Z", "days": ["2027-01-05"] });
        let thing: Thing = serde_json::from_value(good.clone()).expect("read");
        assert_eq!(serde_json::to_value(&thing).expect("told")["at"], good["at"]);
        for (member, value) in [
            ("at", json!("now")),
            ("days", json!([])),
            ("more", json!(70_000)),
            ("days", json!(["5 Jan"])),
            ("x", json!(1)),
        ] {
            let mut bad = good.clone();
            bad[member] = value;
            assert!(serde_json::from_value::<Thing>(bad).is_err(), "{member}");
        }
    }
}

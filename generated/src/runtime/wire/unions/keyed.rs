//! Objects of which exactly one property is there.

use std::fmt;
use std::marker::PhantomData;

use serde::de;
use serde::de::{Deserialize as _, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};

use crate::runtime::text::Text;

/// A union whose variant is determined by the key that is present. See [`keyed_union!`](crate::keyed_union).
pub trait KeyedUnion: Sized {
    /// The keys of the variants, in all their spellings.
    const KEYS: &'static [&'static str];

    /// Reads what stands under this key, which is one of [`KEYS`](Self::KEYS); nothing if it is `null`.
    ///
    /// # Errors
    ///
    /// It is not what the variant holds.
    fn read<'de, A: MapAccess<'de>>(key: &str, map: &mut A) -> Result<Option<Self>, A::Error>;
}

/// Reads an object that has exactly one of the keys, not counting `null`. Other keys are passed over.
///
/// # Errors
///
/// It is no object, has none or several of the keys, or holds something else than the variant does.
pub fn read_keyed<'de, T: KeyedUnion, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_map(KeyedVisitor(PhantomData))
}

struct KeyedVisitor<T>(PhantomData<T>);

impl<'de, T: KeyedUnion> Visitor<'de> for KeyedVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object with one of `{}`", T::KEYS.join("`, `"))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<T, A::Error> {
        let mut found: Option<(&str, T)> = None;
        while let Some(key) = map.next_key_seed(OneOf(T::KEYS))? {
            let Some(key) = key else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            let Some(value) = T::read(key, &mut map)? else { continue };
            if let Some((other, _)) = found.replace((key, value)) {
                return Err(de::Error::custom(format_args!("both `{other}` and `{key}` are there")));
            }
        }
        match found {
            Some((_, value)) => Ok(value),
            None => Err(de::Error::custom(format_args!("expected one of `{}`", T::KEYS.join("`, `")))),
        }
    }
}

/// One of these keys; `None` for another one.
struct OneOf(&'static [&'static str]);

impl<'de> DeserializeSeed<'de> for OneOf {
    type Value = Option<&'static str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        let Text(name) = Text::deserialize(deserializer)?;
        Ok(self.0.iter().find(|key| **key == name).copied())
    }
}

/// Declares a union whose variants differ by the key that is present, reads it, and converts contents into it. A key may
/// have other spellings, as in `"success" | "succeeded"`, of which the first is written.
///
/// A variant gets an `impl From` of its content, unless it is marked with `#[skip(From)]`.
///
/// ```
/// use decthings::runtime::keyed_union;
///
/// keyed_union! {
///     /// How it ended.
///     pub enum Outcome {
///         /// It succeeded, with this many items.
///         Success(u32) = "success",
///         /// It failed, for this reason.
///         Failed(String) = "failed",
///     }
/// }
///
/// let outcome: Outcome = serde_json::from_str(r#"{"success": 3}"#)?;
/// assert_eq!(outcome, 3.into());
/// # Ok::<(), serde_json::Error>(())
/// ```
#[macro_export]
macro_rules! keyed_union {
    (
        $(#[doc = $about:literal])*
        $(#[cfg_attr($($attribute:tt)*)])?
        pub enum $name:ident {
            $(
                $(#[doc = $doc:literal])*
                $(#[skip($skip:ident)])?
                $variant:ident($($content:tt)*) = $key:literal $(| $alias:literal)*,
            )*
        }
    ) => {
        $(#[doc = $about])*
        #[derive(Clone, Debug, PartialEq, serde::Serialize)]
        $(#[cfg_attr($($attribute)*)])?
        #[non_exhaustive]
        pub enum $name {
            $($(#[doc = $doc])* #[serde(rename = $key)] $variant($($content)*),)*
        }

        $crate::keyed_union! { enum $name { $($variant($($content)*) = $key $(| $alias)*,)* } }

        $($crate::union_from! { [$($skip)?] $name $variant [$($content)*] })*
    };
    (enum $name:ident { $($variant:ident($content:ty $(,)?) = $key:literal $(| $alias:literal)*,)* }) => {
        impl $crate::runtime::KeyedUnion for $name {
            const KEYS: &'static [&'static str] = &[$($key $(, $alias)*),*];

            // A type of the definition may be called like a type parameter, but has no underscores.
            fn read<'de, __A: serde::de::MapAccess<'de>>(key: &str, map: &mut __A) -> Result<Option<Self>, __A::Error> {
                match key {
                    $($key $(| $alias)* => Ok(map.next_value::<Option<$content>>()?.map(Self::$variant)),)*
                    _ => Ok(None),
                }
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::runtime::read_keyed(deserializer)
            }
        }
    };
}

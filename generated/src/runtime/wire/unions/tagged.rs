//! Objects with a property that says what they are.

use std::fmt;
use std::marker::PhantomData;

use serde::de;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::{Map, Value};

use crate::runtime::text::Text;
use crate::runtime::wire::guard::{NoLimits, TagFirst};

/// A union whose variant is determined by a tag, a property of the object. See [`tagged_union!`](crate::tagged_union).
pub trait TaggedUnion: Sized {
    /// The property with the tag.
    const TAG: &'static str;
    /// The tags of the variants.
    const TAGS: &'static [&'static str];

    /// Reads the variant with this tag, which is one of [`TAGS`](Self::TAGS), from the members of the object.
    ///
    /// # Errors
    ///
    /// They are not what the variant holds.
    fn read<'de, D: Deserializer<'de>>(tag: &str, content: D) -> Result<Self, D::Error>;

    /// The variant that keeps an object with another tag as it came.
    fn unrecognized(object: Value) -> Self;
}

/// Reads a union. Nothing is buffered when the tag comes first.
///
/// # Errors
///
/// It is no object, has no tag that is text, or the content is not what the variant holds.
pub fn read_tagged<'de, T: TaggedUnion, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    // On the wire, a guard puts the tag first, which this tells it.
    deserializer.deserialize_newtype_struct(T::TAG, TaggedVisitor(PhantomData))
}

struct TaggedVisitor<T>(PhantomData<T>);

impl<'de, T: TaggedUnion> Visitor<'de> for TaggedVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object with `{}`", T::TAG)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        deserializer.deserialize_map(self)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        let mut map = TagFirst::new(map, T::TAG, NoLimits)?;
        let Some(Text(_)) = map.next_key()?.filter(|Text(key)| key == T::TAG) else {
            return Err(de::Error::missing_field(T::TAG));
        };
        let Text(tag) = map.next_value()?;
        if T::TAGS.contains(&&*tag) {
            return T::read(&tag, MapAccessDeserializer::new(map));
        }
        let mut object = Map::from_iter([(T::TAG.to_owned(), tag.into())]);
        while let Some(Text(name)) = map.next_key()? {
            object.insert(name.into_owned(), map.next_value()?);
        }
        Ok(T::unrecognized(Value::Object(object)))
    }
}

/// Declares a union whose variants differ by a tag, reads it, and converts contents into it.
///
/// A variant without content has no members beside the tag. An object with another tag becomes `Unrecognized`, which the
/// macro adds. A variant gets an `impl From` of its content, unless it is marked with `#[skip(From)]`, as several variants
/// with the same content have to be.
///
/// ```
/// use decthings::runtime::tagged_union;
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
/// pub struct Card {
///     number: String,
/// }
///
/// tagged_union! {
///     /// How to pay.
///     #[serde(tag = "type")]
///     pub enum Payment {
///         /// By card.
///         Card(Card) = "card",
///         /// In cash.
///         Cash = "cash",
///     }
/// }
///
/// let payment: Payment = serde_json::from_str(r#"{"type": "card", "number": "4000"}"#)?;
/// assert_eq!(payment, Card { number: "4000".to_owned() }.into());
/// # Ok::<(), serde_json::Error>(())
/// ```
#[macro_export]
macro_rules! tagged_union {
    (
        $(#[doc = $about:literal])*
        #[serde(tag = $property:literal)]
        $(#[$attribute:meta])*
        pub enum $name:ident {
            $(
                $(#[doc = $doc:literal])*
                $(#[skip($skip:ident)])?
                $variant:ident $(($($content:tt)*))? = $tag:literal,
            )*
        }
    ) => {
        $(#[doc = $about])*
        #[derive(Clone, Debug, PartialEq, serde::Serialize)]
        #[serde(tag = $property)]
        $(#[$attribute])*
        #[non_exhaustive]
        pub enum $name {
            $($(#[doc = $doc])* #[serde(rename = $tag)] $variant $(($($content)*))?,)*
            /// A variant that this version doesn't know, as it came.
            #[serde(untagged, skip_deserializing)]
            Unrecognized($crate::runtime::Value),
        }

        $crate::tagged_union! {
            const TAG: &str = $property;
            enum $name { $($variant $(($($content)*))? = $tag,)* }
        }

        $($crate::union_from! { [$($skip)?] $name $variant [$($($content)*)?] })*
    };
    (
        const TAG: &str = $property:literal;
        enum $name:ident { $($variant:ident $(($content:ty $(,)?))? = $tag:literal,)* }
    ) => {
        impl $crate::runtime::TaggedUnion for $name {
            const TAG: &'static str = $property;
            const TAGS: &'static [&'static str] = &[$($tag),*];

            // A type of the definition may be called like a type parameter, but has no underscores.
            fn read<'de, __D: serde::Deserializer<'de>>(tag: &str, content: __D) -> Result<Self, __D::Error> {
                match tag {
                    $($tag => $crate::tagged_union!(@read content, $variant $(, $content)?),)*
                    _ => Err(<__D::Error as serde::de::Error>::unknown_variant(tag, Self::TAGS)),
                }
            }

            fn unrecognized(object: $crate::runtime::Value) -> Self {
                Self::Unrecognized(object)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::runtime::read_tagged(deserializer)
            }
        }
    };
    (@read $from:ident, $variant:ident, $content:ty) => {
        <$content as serde::Deserialize>::deserialize($from).map(Self::$variant)
    };
    (@read $from:ident, $variant:ident) => {
        <serde::de::IgnoredAny as serde::Deserialize>::deserialize($from).map(|_| Self::$variant)
    };
}

/// Converts the content of a variant, which may be boxed, into a union.
#[doc(hidden)]
#[macro_export]
macro_rules! union_from {
    ([From] $name:ident $variant:ident $content:tt) => {};
    ([] $name:ident $variant:ident []) => {};
    ([] $name:ident $variant:ident [Box<$content:ty> $(,)?]) => {
        impl From<$content> for $name {
            fn from(content: $content) -> Self {
                Self::$variant(Box::new(content))
            }
        }
    };
    ([] $name:ident $variant:ident [Vec<$item:ty> $(,)?]) => {
        impl From<Vec<$item>> for $name {
            fn from(items: Vec<$item>) -> Self {
                Self::$variant(items)
            }
        }

        impl<const N: usize> From<[$item; N]> for $name {
            fn from(items: [$item; N]) -> Self {
                Self::$variant(items.into())
            }
        }
    };
    ([] $name:ident $variant:ident [$content:ty $(,)?]) => {
        impl From<$content> for $name {
            fn from(content: $content) -> Self {
                Self::$variant(content)
            }
        }
    };
}

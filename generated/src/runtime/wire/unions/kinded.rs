//! Unions whose variant is determined by the JSON type of the value.

use std::fmt;
use std::marker::PhantomData;

use serde::de;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserializer, IntoDeserializer as _, MapAccess, SeqAccess, Unexpected, Visitor};

/// The types of JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum JsonKind {
    /// `[…]`
    Array,
    /// `{…}`
    Object,
    /// `"…"`
    String,
    /// `1`, `-0.5`
    Number,
    /// `true`, `false`
    Boolean,
}

/// A union whose variant is determined by the JSON type of the value. See [`kinded_union!`](crate::kinded_union).
pub trait KindedUnion: Sized {
    /// The types of the variants.
    const KINDS: &'static [JsonKind];

    /// Reads the variant of this type, which is one of [`KINDS`](Self::KINDS).
    ///
    /// # Errors
    ///
    /// The value is not what the variant holds.
    fn read<'de, D: Deserializer<'de>>(kind: JsonKind, content: D) -> Result<Self, D::Error>;
}

/// Reads a value of one of the types.
///
/// # Errors
///
/// It is of another type, or not what the variant holds.
pub fn read_kinded<'de, T: KindedUnion, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_any(KindedVisitor(PhantomData))
}

struct KindedVisitor<T>(PhantomData<T>);

impl<T: KindedUnion> KindedVisitor<T> {
    fn expect<E: de::Error>(&self, kind: JsonKind, value: Unexpected<'_>) -> Result<(), E> {
        if T::KINDS.contains(&kind) { Ok(()) } else { Err(E::invalid_type(value, &KindedVisitor::<T>(PhantomData))) }
    }
}

macro_rules! scalars {
    ($($method:ident($type:ty): $kind:ident, $unexpected:expr;)*) => {
        $(fn $method<E: de::Error>(self, value: $type) -> Result<T, E> {
            self.expect(JsonKind::$kind, $unexpected(value))?;
            T::read(JsonKind::$kind, value.into_deserializer())
        })*
    };
}

impl<'de, T: KindedUnion> Visitor<'de> for KindedVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kinds: Vec<String> = T::KINDS.iter().map(|kind| format!("{kind:?}").to_lowercase()).collect();
        write!(f, "one of: {}", kinds.join(", "))
    }

    scalars! {
        visit_bool(bool): Boolean, Unexpected::Bool;
        visit_i64(i64): Number, Unexpected::Signed;
        visit_u64(u64): Number, Unexpected::Unsigned;
        visit_f64(f64): Number, Unexpected::Float;
        visit_str(&str): String, |_| Unexpected::Other("string");
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<T, A::Error> {
        self.expect(JsonKind::Array, Unexpected::Seq)?;
        T::read(JsonKind::Array, SeqAccessDeserializer::new(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<T, A::Error> {
        self.expect(JsonKind::Object, Unexpected::Map)?;
        T::read(JsonKind::Object, MapAccessDeserializer::new(members))
    }
}

/// Declares a union whose variants differ by the JSON type of their values, reads it, and converts contents into
/// it. A variant may be read from several JSON types.
///
/// A variant gets an `impl From` of its content, unless it is marked with `#[skip(From)]`.
///
/// ```
/// use decthings::runtime::kinded_union;
///
/// kinded_union! {
///     /// Which entries.
///     pub enum Selection {
///         /// Those with these indexes.
///         Indexes(Vec<u32>) = Array,
///         /// The one with this name.
///         Name(String) = String,
///     }
/// }
///
/// let selection: Selection = serde_json::from_str("[1, 2]")?;
/// assert_eq!(selection, vec![1, 2].into());
/// # Ok::<(), serde_json::Error>(())
/// ```
#[macro_export]
macro_rules! kinded_union {
    (
        $(#[doc = $about:literal])*
        $(#[cfg_attr($($attribute:tt)*)])?
        pub enum $name:ident {
            $($(#[doc = $doc:literal])* $(#[skip($skip:ident)])? $variant:ident($($content:tt)*) = $($kind:ident)|+,)*
        }
    ) => {
        $(#[doc = $about])*
        #[derive(Clone, Debug, PartialEq, serde::Serialize)]
        $(#[cfg_attr($($attribute)*)])?
        #[serde(untagged)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[doc = $doc])* $variant($($content)*),)*
        }

        $crate::kinded_union! { enum $name { $($variant($($content)*) = $($kind)|+,)* } }

        $($crate::union_from! { [$($skip)?] $name $variant [$($content)*] })*
    };
    (enum $name:ident { $($variant:ident($content:ty $(,)?) = $($kind:ident)|+,)* }) => {
        impl $crate::runtime::KindedUnion for $name {
            const KINDS: &'static [$crate::runtime::JsonKind] = &[$($($crate::runtime::JsonKind::$kind),+),*];

            // A type of the definition may be called like a type parameter, but has no underscores.
            fn read<'de, __D: serde::Deserializer<'de>>(
                kind: $crate::runtime::JsonKind,
                content: __D,
            ) -> Result<Self, __D::Error> {
                match kind {
                    $($($crate::runtime::JsonKind::$kind)|+ => {
                        <$content as serde::Deserialize>::deserialize(content).map(Self::$variant)
                    })*
                    #[allow(unreachable_patterns)]
                    _ => Err(<__D::Error as serde::de::Error>::custom("no variant is of this type")),
                }
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::runtime::read_kinded(deserializer)
            }
        }
    };
}

//! Bytes.

use std::fmt;
use std::ops::Deref;

use bytes::Bytes;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::bytes_notation as notation;
use super::wire::scope::{self, Parked};

/// Bytes that travel beside the JSON. Cheap to clone.
///
/// Serialised by itself, outside of a call, it is `{"$bytes": "<base64>"}`; read back, it may also be plain text.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Blob(Bytes);

impl Blob {
    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The bytes, not copied.
    pub fn into_bytes(self) -> Bytes {
        self.0
    }

    /// Bytes that something owns, such as a memory-mapped file. They are not copied; the owner is dropped with the
    /// last clone.
    pub fn from_owner(owner: impl AsRef<[u8]> + Send + 'static) -> Self {
        Self(Bytes::from_owner(owner))
    }

    /// A copy that shares no memory with these bytes.
    ///
    /// The bytes of an answer keep the whole answer in memory. Detach a few that are to be kept for long.
    pub fn detach(&self) -> Self {
        Self(Bytes::copy_from_slice(&self.0))
    }
}

impl Serialize for Blob {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match scope::park(|| Parked::Bytes(self.0.clone())) {
            Some(position) => serializer.serialize_u64(position),
            None => notation::serialize(&self.0, serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Blob {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if !scope::is_open() {
            return notation::deserialize(deserializer).map(Self);
        }
        match scope::parked(u64::deserialize(deserializer)?) {
            Some(Parked::Bytes(bytes)) => Ok(Self(bytes)),
            _ => Err(de::Error::custom("no blob belongs here")),
        }
    }
}

macro_rules! bytes_like {
    ($name:ident) => {
        impl Deref for $name {
            type Target = [u8];

            fn deref(&self) -> &[u8] {
                &self.0
            }
        }

        impl AsRef<[u8]> for $name {
            fn as_ref(&self) -> &[u8] {
                &self.0
            }
        }

        impl From<Bytes> for $name {
            fn from(bytes: Bytes) -> Self {
                Self(bytes)
            }
        }

        impl From<Vec<u8>> for $name {
            fn from(bytes: Vec<u8>) -> Self {
                Self(bytes.into())
            }
        }

        impl From<Box<[u8]>> for $name {
            fn from(bytes: Box<[u8]>) -> Self {
                Self(bytes.into())
            }
        }

        impl From<&'static [u8]> for $name {
            fn from(bytes: &'static [u8]) -> Self {
                Self(Bytes::from_static(bytes))
            }
        }

        impl<const N: usize> From<&'static [u8; N]> for $name {
            fn from(bytes: &'static [u8; N]) -> Self {
                Self(Bytes::from_static(bytes))
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text.into())
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(Bytes::copy_from_slice(text.as_bytes()))
            }
        }

        impl From<$name> for Bytes {
            fn from(bytes: $name) -> Self {
                bytes.0
            }
        }

        impl From<$name> for Vec<u8> {
            fn from(bytes: $name) -> Self {
                bytes.0.into()
            }
        }

        impl PartialEq<[u8]> for $name {
            fn eq(&self, other: &[u8]) -> bool {
                self.0 == other
            }
        }

        impl fmt::Debug for $name {
            /// Tells the length only: the bytes may be many, or private.
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({} bytes)"), self.0.len())
            }
        }
    };
}

bytes_like!(Blob);
bytes_like!(Base64);

/// Bytes that travel inside the JSON as base64, such as file names. Cheap to clone.
///
/// Serialised by itself, outside of a call, it is `{"$bytes": "<base64>"}`; read back, it may also be plain text.
#[derive(Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Base64(Bytes);

impl Base64 {
    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The bytes, not copied.
    pub fn into_bytes(self) -> Bytes {
        self.0
    }

    /// The bytes as text, with a replacement for what is not UTF-8.
    pub fn to_string_lossy(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(&self.0)
    }
}

impl Serialize for Base64 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if scope::is_open() {
            serializer.serialize_str(&notation::encode(&self.0))
        } else {
            notation::serialize(&self.0, serializer)
        }
    }
}

impl<'de> Deserialize<'de> for Base64 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if scope::is_open() {
            notation::decode(&String::deserialize(deserializer)?).map(Self)
        } else {
            notation::deserialize(deserializer).map(Self)
        }
    }
}

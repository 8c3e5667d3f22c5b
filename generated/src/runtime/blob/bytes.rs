//! Bytes.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::sync::Arc;

use bytes::Bytes;
use serde::{Deserialize, Deserializer, Serialize, Serializer, ser};

use super::notation;
use super::source::Source;

/// Bytes that travel beside the JSON. Cheap to clone.
///
/// They are in memory, unless they were made [of a file](Self::from_file) or [of a reader](Self::from_reader), or came
/// with an answer whose [blobs are files](super::Call::blobs_to_files). Of those, [`size`](Self::size) tells the length,
/// and [`load`](Self::load), [`write_to`](Self::write_to) and [`save_as`](Self::save_as) give the bytes; as a slice,
/// they are empty.
///
/// Serialised by itself, outside of a call, it is `{"$bytes": "<base64>"}`; read back, it may also be plain text.
#[derive(Clone, Default)]
pub struct Blob(Bytes, Option<Arc<Source>>);

impl Blob {
    /// The bytes that are in memory.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The bytes that are in memory, not copied.
    pub fn into_bytes(self) -> Bytes {
        self.0
    }

    pub(crate) fn in_memory(&self) -> &Bytes {
        &self.0
    }

    /// Bytes that something owns, such as a memory-mapped file. They are not copied; the owner is dropped with the
    /// last clone.
    pub fn from_owner(owner: impl AsRef<[u8]> + Send + 'static) -> Self {
        Self(Bytes::from_owner(owner), None)
    }

    /// A copy that shares no memory with these bytes.
    ///
    /// The bytes of an answer keep the whole answer in memory. Detach a few that are to be kept for long.
    pub fn detach(&self) -> Self {
        Self(Bytes::copy_from_slice(&self.0), self.1.clone())
    }

    pub(crate) fn elsewhere(source: Source) -> Self {
        Self::of_source(Arc::new(source))
    }

    pub(crate) fn of_source(source: Arc<Source>) -> Self {
        Self(Bytes::new(), Some(source))
    }

    /// Where the bytes come from, if they are not in memory.
    pub(crate) fn source(&self) -> Option<&Arc<Source>> {
        self.1.as_ref()
    }

    /// The bytes in memory, and where they come from if they are not.
    pub(crate) fn into_parts(self) -> (Bytes, Option<Arc<Source>>) {
        (self.0, self.1)
    }
}

impl PartialEq for Blob {
    /// Bytes that are not in memory are equal to themselves only.
    fn eq(&self, other: &Self) -> bool {
        match (&self.1, &other.1) {
            (None, None) => self.0 == other.0,
            (Some(own), Some(other)) => Arc::ptr_eq(own, other),
            _ => false,
        }
    }
}

impl Eq for Blob {}

impl Hash for Blob {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
        self.1.as_ref().map(Arc::as_ptr).hash(state);
    }
}

impl fmt::Debug for Blob {
    /// Tells the length only: the bytes may be many, or private.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Blob({} bytes)", self.size())
    }
}

impl Serialize for Blob {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.1 {
            Some(_) => Err(ser::Error::custom("its bytes are not in memory; load them first")),
            None => notation::serialize(&self.0, serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Blob {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        notation::deserialize(deserializer).map(Self::from)
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

        impl From<Vec<u8>> for $name {
            fn from(bytes: Vec<u8>) -> Self {
                Self::from(Bytes::from(bytes))
            }
        }

        impl From<Box<[u8]>> for $name {
            fn from(bytes: Box<[u8]>) -> Self {
                Self::from(Bytes::from(bytes))
            }
        }

        impl From<&'static [u8]> for $name {
            fn from(bytes: &'static [u8]) -> Self {
                Self::from(Bytes::from_static(bytes))
            }
        }

        impl<const N: usize> From<&'static [u8; N]> for $name {
            fn from(bytes: &'static [u8; N]) -> Self {
                Self::from(Bytes::from_static(bytes))
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self::from(Bytes::from(text))
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self::from(Bytes::copy_from_slice(text.as_bytes()))
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

impl From<Bytes> for Blob {
    fn from(bytes: Bytes) -> Self {
        Self(bytes, None)
    }
}

impl From<Bytes> for Base64 {
    fn from(bytes: Bytes) -> Self {
        Self(bytes)
    }
}

impl fmt::Debug for Base64 {
    /// Tells the length only: the bytes may be many, or private.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Base64({} bytes)", self.0.len())
    }
}

impl Serialize for Base64 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        notation::serialize(&self.0, serializer)
    }
}

impl<'de> Deserialize<'de> for Base64 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        notation::deserialize(deserializer).map(Self)
    }
}

//! Blobs and base64 bytes in memory.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::sync::Arc;

use bytes::Bytes;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};

#[cfg(feature = "dynamic")]
use super::attachments;
use super::notation;
use super::source::Source;

/// Bytes that travel beside the JSON. Cheap to clone.
///
/// They are in memory, unless they were made [of a file](Self::from_file) or [of a reader](Self::from_reader), or came
/// with a response whose [blobs are files](crate::Call::blobs_to_files). [`bytes`](Self::bytes),
/// [`write_to`](Self::write_to) and [`save_as`](Self::save_as) read them wherever they are; [`as_bytes`](Self::as_bytes)
/// borrows those in memory.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use decthings::Blob;
///
/// let blob = Blob::from("abc");
/// assert_eq!(blob.len(), 3);
/// assert_eq!(blob.as_bytes()?, b"abc");
/// assert_eq!(blob.bytes().await?, "abc");
/// # Ok(())
/// # }
/// ```
///
/// Serialized by itself, outside of a call, it is `{"$bytes": "<base64>"}`; plain text can be deserialized as well.
#[derive(Clone, Default)]
pub struct Blob {
    /// Empty if there is a source.
    pub(crate) bytes: Bytes,
    pub(crate) source: Option<Arc<Source>>,
}

impl Blob {
    /// The bytes, if they are in memory.
    ///
    /// # Errors
    ///
    /// They are in a file or come from a reader.
    pub fn as_bytes(&self) -> Result<&[u8], NotInMemory> {
        match &self.source {
            Some(source) => Err(NotInMemory { len: source.len() }),
            None => Ok(&self.bytes),
        }
    }

    /// The bytes, not copied, if they are in memory.
    ///
    /// # Errors
    ///
    /// They are in a file or come from a reader.
    pub fn into_bytes(self) -> Result<Bytes, NotInMemory> {
        match &self.source {
            Some(source) => Err(NotInMemory { len: source.len() }),
            None => Ok(self.bytes),
        }
    }

    /// Bytes with an owner, such as a memory-mapped file. They are not copied, and the last clone drops the owner.
    pub fn from_owner(owner: impl AsRef<[u8]> + Send + 'static) -> Self {
        Bytes::from_owner(owner).into()
    }

    /// A copy that shares no memory with these bytes.
    ///
    /// The bytes of a response keep the whole response in memory. Detach a few that are to be kept for long.
    pub fn detach(&self) -> Self {
        Self { bytes: Bytes::copy_from_slice(&self.bytes), source: self.source.clone() }
    }

    pub(crate) fn from_source(source: impl Into<Arc<Source>>) -> Self {
        Self { bytes: Bytes::new(), source: Some(source.into()) }
    }
}

impl PartialEq for Blob {
    /// Bytes that are not in memory are equal to themselves only.
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes && self.source.as_ref().map(Arc::as_ptr) == other.source.as_ref().map(Arc::as_ptr)
    }
}

impl Eq for Blob {}

impl Hash for Blob {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.bytes.hash(state);
        self.source.as_ref().map(Arc::as_ptr).hash(state);
    }
}

impl fmt::Debug for Blob {
    /// Shows the length only: the bytes may be many, or private.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Blob({} bytes)", self.len())
    }
}

impl Serialize for Blob {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[cfg(feature = "dynamic")]
        let serializer = match attachments::attach(serializer, || self.clone().into()) {
            Ok(written) => return written,
            Err(serializer) => serializer,
        };
        notation::serialize(self.as_bytes().map_err(ser::Error::custom)?, serializer)
    }
}

impl TryFrom<Blob> for Bytes {
    type Error = NotInMemory;

    fn try_from(blob: Blob) -> Result<Self, NotInMemory> {
        blob.into_bytes()
    }
}

impl TryFrom<Blob> for Vec<u8> {
    type Error = NotInMemory;

    fn try_from(blob: Blob) -> Result<Self, NotInMemory> {
        blob.into_bytes().map(Self::from)
    }
}

/// The bytes of a [`Blob`] are in a file or come from a reader, so they cannot be borrowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotInMemory {
    len: u64,
}

impl fmt::Display for NotInMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the blob of {} bytes is not in memory; read it with `bytes`, `write_to` or `save_as`", self.len)
    }
}

impl std::error::Error for NotInMemory {}

impl From<Bytes> for Blob {
    fn from(bytes: Bytes) -> Self {
        Self { bytes, source: None }
    }
}

/// Bytes that travel inside the JSON as base64, such as file names. Cheap to clone.
///
/// Serialized by itself, outside of a call, it is `{"$bytes": "<base64>"}`; plain text can be deserialized as well.
#[derive(Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Base64 {
    bytes: Bytes,
}

impl Base64 {
    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The bytes, not copied.
    pub fn into_bytes(self) -> Bytes {
        self.bytes
    }

    /// The bytes as text, with a replacement for what is not UTF-8.
    pub fn to_string_lossy(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(&self.bytes)
    }
}

impl From<Bytes> for Base64 {
    fn from(bytes: Bytes) -> Self {
        Self { bytes }
    }
}

impl fmt::Debug for Base64 {
    /// Shows the length only: the bytes may be many, or private.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Base64({} bytes)", self.bytes.len())
    }
}

impl Serialize for Base64 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        notation::serialize(&self.bytes, serializer)
    }
}

impl Deref for Base64 {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

impl AsRef<[u8]> for Base64 {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl From<Base64> for Bytes {
    fn from(value: Base64) -> Self {
        value.bytes
    }
}

impl From<Base64> for Vec<u8> {
    fn from(value: Base64) -> Self {
        value.bytes.into()
    }
}

impl PartialEq<[u8]> for Base64 {
    fn eq(&self, other: &[u8]) -> bool {
        self.bytes == other
    }
}

macro_rules! conversions {
    ($name:ident from $($owned:ty),*) => {
        $(impl From<$owned> for $name {
            fn from(bytes: $owned) -> Self {
                Self::from(Bytes::from(bytes))
            }
        })*

        impl<const N: usize> From<&'static [u8; N]> for $name {
            fn from(bytes: &'static [u8; N]) -> Self {
                Self::from(Bytes::from_static(bytes))
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self::from(Bytes::copy_from_slice(text.as_bytes()))
            }
        }
    };
}

conversions!(Blob from Vec<u8>, Box<[u8]>, &'static [u8], String);
conversions!(Base64 from Vec<u8>, Box<[u8]>, &'static [u8], String);

impl<'de> Deserialize<'de> for Blob {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        notation::deserialize(deserializer)
    }
}

impl<'de> Deserialize<'de> for Base64 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        notation::deserialize(deserializer)?.into_bytes().map(Self::from).map_err(de::Error::custom)
    }
}

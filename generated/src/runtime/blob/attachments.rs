//! Bytes and tensors beside the JSON of calls by name, to which it refers as `{"$attachment": index}`.
//!
//! Serializers carry no state, so what stands beside the JSON is known to the thread, while one value is read or written.

use std::cell::RefCell;

use serde::ser::SerializeMap as _;
use serde::{Serializer, de};
use serde_json::Value;

use super::bytes::Blob;
use crate::tensor::Tensor;

/// Bytes or a tensor beside the JSON of a call by name.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Attachment {
    /// Bytes.
    Blob(Blob),
    /// A tensor.
    Tensor(Tensor),
}

impl Attachment {
    /// The member of an object that refers to an attachment by its index.
    pub const REFERENCE: &str = "$attachment";
}

impl From<Blob> for Attachment {
    fn from(blob: Blob) -> Self {
        Self::Blob(blob)
    }
}

impl From<Tensor> for Attachment {
    fn from(tensor: Tensor) -> Self {
        Self::Tensor(tensor)
    }
}

thread_local! {
    static ATTACHMENTS: RefCell<Option<Vec<Attachment>>> = const { RefCell::new(None) };
}

/// Runs a function that reads or writes a value, with these attachments; returns them with those that it has added.
pub(crate) fn with_attachments<T>(attachments: Vec<Attachment>, run: impl FnOnce() -> T) -> (T, Vec<Attachment>) {
    /// Puts back what was there before, also when the function panics.
    struct Scope(Option<Vec<Attachment>>);
    impl Drop for Scope {
        fn drop(&mut self) {
            ATTACHMENTS.with_borrow_mut(|current| *current = self.0.take());
        }
    }
    let scope = Scope(ATTACHMENTS.replace(Some(attachments)));
    let value = run();
    let attachments = ATTACHMENTS.take().unwrap_or_default();
    drop(scope);
    (value, attachments)
}

/// Writes a reference to an attachment; `None` if nothing is to be attached.
pub(crate) fn attach<S: Serializer>(
    serializer: S,
    make: impl FnOnce() -> Attachment,
) -> Result<Result<S::Ok, S::Error>, S> {
    let index = ATTACHMENTS.with_borrow_mut(|attachments| {
        let attachments = attachments.as_mut()?;
        attachments.push(make());
        attachments.len().checked_sub(1)
    });
    let Some(index) = index else { return Err(serializer) };
    let write = || {
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry(Attachment::REFERENCE, &index)?;
        map.end()
    };
    Ok(write())
}

/// Whether the value that is read or written has attachments.
pub(super) fn are_in_use() -> bool {
    ATTACHMENTS.with_borrow(Option::is_some)
}

/// The bytes with an index.
pub(super) fn blob<E: de::Error>(index: u64) -> Result<Blob, E> {
    match attachment(index)? {
        Attachment::Blob(blob) => Ok(blob),
        Attachment::Tensor(_) => Err(E::custom("expected bytes, found a tensor")),
    }
}

/// The tensor with an index.
pub(crate) fn tensor<E: de::Error>(index: u64) -> Result<Tensor, E> {
    match attachment(index)? {
        Attachment::Tensor(tensor) => Ok(tensor),
        Attachment::Blob(_) => Err(E::custom("expected a tensor, found bytes")),
    }
}

fn attachment<E: de::Error>(index: u64) -> Result<Attachment, E> {
    let found = ATTACHMENTS.with_borrow(|attachments| {
        let index = usize::try_from(index).ok()?;
        attachments.as_ref()?.get(index).cloned()
    });
    found.ok_or_else(|| E::custom(format_args!("there is no attachment {index}")))
}

/// The index in JSON that refers to an attachment.
pub(crate) fn reference(value: &Value) -> Option<u64> {
    let Value::Object(members) = value else { return None };
    if members.len() == 1 { members.get(Attachment::REFERENCE)?.as_u64() } else { None }
}

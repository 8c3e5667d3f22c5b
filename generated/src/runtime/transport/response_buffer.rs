//! Memory that answers are read into.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

/// Memory that answers are read into, one after the other.
///
/// Fresh memory is what costs most about a large answer. A buffer keeps the memory of the last one, and the next answer
/// is read into it, if nothing of the last is alive any more: no tensor, and no bytes. If something is, it keeps what
/// it has, and the next answer gets memory of its own. So a buffer is always safe to use, and of most use where answers
/// are worked on one at a time.
///
/// Clones share the memory. Of two calls at the same time, only one can have it.
///
/// ```no_run
/// # async fn example(client: decthings::Client) -> Result<(), Box<dyn std::error::Error>> {
/// use decthings::ResponseBuffer;
///
/// let buffer = ResponseBuffer::new();
/// for state in ["a", "b", "c"] {
///     let state = client.model().get_model_state("model-id").state_id(state).buffer(&buffer).await?;
///     println!("{} parts", state.data.len());
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Default)]
pub struct ResponseBuffer(Arc<Mutex<Bytes>>);

impl ResponseBuffer {
    /// A buffer without memory. The first answer brings it.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets go of the memory.
    pub fn release(&self) {
        *self.last() = Bytes::new();
    }

    /// The memory of the last answer, if it is free; otherwise none.
    pub(crate) fn take(&self) -> Vec<u8> {
        let last = std::mem::take(&mut *self.last());
        let mut memory = last.try_into_mut().map(Vec::from).unwrap_or_default();
        memory.clear();
        memory
    }

    /// Remembers an answer for the sake of its memory.
    pub(crate) fn keep(&self, answer: &Bytes) {
        *self.last() = answer.clone();
    }

    fn last(&self) -> MutexGuard<'_, Bytes> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for ResponseBuffer {
    /// Tells the length only: the bytes may be many, or private.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ResponseBuffer({} bytes)", self.last().len())
    }
}

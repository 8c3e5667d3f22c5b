//! Reusable memory for responses.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

/// Reusable memory for large responses, for which allocating memory takes much of the time.
///
/// A buffer keeps the memory of the last response, and reuses it for the next one if the last response and all of its
/// tensors and bytes have been dropped. Otherwise, the next response gets new memory. A buffer is thus most useful for
/// responses that are processed one at a time.
///
/// Clones share the memory, which only one of several concurrent calls can use.
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
    /// Creates a buffer without memory, which the first response allocates.
    pub fn new() -> Self {
        Self::default()
    }

    /// Frees the memory.
    pub fn release(&self) {
        *self.last() = Bytes::new();
    }

    /// The memory of the last response; an empty vector if it is still in use.
    pub(crate) fn take(&self) -> Vec<u8> {
        let last = std::mem::take(&mut *self.last());
        let mut memory = last.try_into_mut().map(Vec::from).unwrap_or_default();
        memory.clear();
        memory
    }

    /// Keeps the memory of a response.
    pub(crate) fn keep(&self, response: &Bytes) {
        *self.last() = response.clone();
    }

    fn last(&self) -> MutexGuard<'_, Bytes> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for ResponseBuffer {
    /// Shows only the length of the memory, which may be long or private.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ResponseBuffer({} bytes)", self.last().len())
    }
}

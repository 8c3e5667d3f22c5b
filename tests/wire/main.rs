//! Bytes: frames, tensors, interchange formats, golden vectors, and recorded exchanges of real clients.

mod interchange;
mod recorded;
mod tensors;

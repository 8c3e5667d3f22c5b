//! Requests in their frames.

use super::blobs::Layout;
use super::frame::RequestFrame;
use super::writer::{FrameWriter, ToWire};
use crate::runtime::error::Failure;

/// A request in its frame.
pub(crate) fn write_request(request: &impl ToWire) -> Result<RequestFrame, Failure> {
    let (json, blobs) = FrameWriter::new(Layout::Request, b"").write(request)?;
    Ok(RequestFrame::new(json, blobs))
}

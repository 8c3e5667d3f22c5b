//! The wire: frames, their JSON, their blobs.

mod blobs;
mod budget;
mod codec;
mod event;
mod finite;
mod frame;
mod guard;
mod items;
mod json;
mod message;
mod object;
mod reader;
mod response;
#[cfg(any(feature = "server", feature = "dynamic"))]
mod server;
mod unions;
mod wire_error;
mod wire_object;
mod writer;

pub use codec::{Base64Text, PlainJson};
pub use frame::{RequestFrame, ResponseFrame};
pub use items::{IndexedTensor, IndexedTensorColumn, KeyedBlob, TensorColumn};
pub use object::ObjectWriter;
pub use reader::BlobReader;
pub use reader::{FromWire, Json};
pub use unions::{
    ItemOrList, JsonKind, KeyedUnion, KindedUnion, TaggedUnion, item_or_list, optional_item_or_list, read_keyed,
    read_kinded, read_tagged,
};
pub use wire_error::WireError;
pub use writer::FrameWriter;
pub use writer::ToWire;

pub(crate) use budget::{Budget, JsonLimits, MAX_JSON_DEPTH};
pub(crate) use event::{EventBytes, EventHead};
pub(crate) use frame::{join, total};
pub(crate) use message::{
    MalformedMessage, ServerMessage, id_request, message_len, read_server_message, request_message, socket_request,
    with_id,
};
#[cfg(feature = "test-util")]
pub(crate) use response::split_response;
pub(crate) use response::{
    RawResponse, ResponseError, has_result, read_acknowledgement, read_response, read_unsubscribed, result_text,
    write_error,
};
#[cfg(any(feature = "server", feature = "dynamic"))]
pub(crate) use server::{IncomingFrame, read_request, write_result};
#[cfg(feature = "server")]
pub(crate) use server::{
    SocketRequest, event_message, read_socket_request, response_message, split_id, write_empty_result,
};
#[cfg(feature = "server")]
pub(crate) use wire_error::join_paths;
pub(crate) use writer::write_request;

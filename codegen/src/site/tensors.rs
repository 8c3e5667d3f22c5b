//! Tensors as the bytes that travel.

use maud::{Markup, html};

use super::bytes::Message;
use super::prose::heading;

/// The types of elements: number on the wire, name, and bytes of an element where they are always as many.
pub(super) const TYPES: [(u8, &str, Option<u8>); 16] = [
    (1, "f32", Some(4)),
    (2, "f64", Some(8)),
    (3, "i8", Some(1)),
    (4, "i16", Some(2)),
    (5, "i32", Some(4)),
    (6, "i64", Some(8)),
    (7, "u8", Some(1)),
    (8, "u16", Some(2)),
    (9, "u32", Some(4)),
    (10, "u64", Some(8)),
    (11, "string", None),
    (12, "binary", None),
    (13, "boolean", Some(1)),
    (14, "image", None),
    (15, "audio", None),
    (16, "video", None),
];

/// The part of the page of frames.
pub(super) fn section() -> Markup {
    html! {
        (heading(2, "tensors", "Tensors"))
        p {
            "The type of the elements (1 byte), the rank (1 byte), each dimension (a varint), and the elements, row by row. "
            "A scalar has rank 0 and one element. A tensor has its own end, so that several can stand in one blob, back to back."
        }
        (Message::tensor().html())
        (heading(3, "elements", "Elements"))
        p {
            "Elements of a fixed size stand back to back, little-endian; a boolean is 0 or 1, and any other byte reads as true. "
            "Elements of other types follow their total length (a varint), each after its own length (a varint): text is UTF-8; "
            "an image, a sound or a video is the length of its format's name (1 byte), that name, and the data."
        }
        table.narrow {
            tr { th { "type" } th { "elements" } th { "bytes of each" } }
            @for (number, name, size) in TYPES {
                tr {
                    td { code { (format!("{number:02x}")) } }
                    td { (name) }
                    td { @if let Some(size) = size { (size) } @else { "as many as its length says" } }
                }
            }
        }
    }
}

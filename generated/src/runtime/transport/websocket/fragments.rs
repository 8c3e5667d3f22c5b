//! Cuts the frames of a WebSocket into fragments: RFC 6455, sections 5.2 and 5.4.
//!
//! The WebSocket library allocates the announced length of a frame before its bytes arrive. It gets fragments of a
//! bounded length instead, so that memory grows with what has arrived.

use std::{error, fmt, io};

use tokio::io::ReadBuf;

/// The maximum length of a fragment. Only frames whose header has a length of 64 bits are longer.
const MAX_FRAGMENT: u64 = 64 << 10;

/// Bits of the first byte of a header: the frame is the last of its message; it controls the connection.
const FIN: u8 = 0x80;
const CONTROL: u8 = 0x08;
/// Bits of the first byte that are 0 if the frame continues a message.
const OPCODE: u8 = 0x0f;
/// A bit of the second byte: the payload is masked.
const MASKED: u8 = 0x80;
/// Lengths in the second byte: the length follows, in 16 or in 64 bits.
const LENGTH_16: u8 = 126;
const LENGTH_64: u8 = 127;

/// Converts a stream of frames into a stream of fragments. It checks the length of messages, and leaves other errors to
/// the WebSocket library.
pub(super) struct Fragmenter {
    header: Header,
    /// The first byte of the frame's header.
    first: u8,
    /// The missing bytes of the fragment.
    fragment: u64,
    /// The bytes of the frame after the fragment.
    rest: u64,
    /// The length of the message up to the end of the frame.
    message: u64,
    max_message: u64,
}

impl Fragmenter {
    pub(super) fn new(max_message_bytes: usize) -> Self {
        let max_message = u64::try_from(max_message_bytes).unwrap_or(u64::MAX);
        Self { header: Header::default(), first: 0, fragment: 0, rest: 0, message: 0, max_message }
    }

    /// Moves bytes from the input to the output, until the input is empty or the output is full.
    ///
    /// # Errors
    ///
    /// A message is longer than the maximum.
    pub(super) fn transfer(&mut self, input: &mut &[u8], output: &mut ReadBuf<'_>) -> Result<(), MessageTooLong> {
        loop {
            if self.header.complete {
                if !self.header.write(output) {
                    return Ok(());
                }
            } else if self.fragment > 0 {
                let most = input.len().min(output.remaining());
                let length = usize::try_from(self.fragment).map_or(most, |fragment| fragment.min(most));
                let Some((payload, rest)) = input.split_at_checked(length).filter(|_| length > 0) else {
                    return Ok(());
                };
                output.put_slice(payload);
                *input = rest;
                self.fragment = self.fragment.saturating_sub(length as u64);
            } else if self.rest > 0 {
                self.begin_fragment(0);
            } else {
                if !self.header.read(input) {
                    return Ok(());
                }
                self.begin_frame()?;
            }
        }
    }

    /// Whether the input may end here.
    pub(super) fn is_between_frames(&self) -> bool {
        self.header.length == 0 && self.fragment == 0 && self.rest == 0
    }

    fn begin_frame(&mut self) -> Result<(), MessageTooLong> {
        let (first, second, length) = self.header.parse();
        if first & CONTROL == 0 {
            let before = if first & OPCODE == 0 { self.message } else { 0 };
            self.message = before.saturating_add(length);
            if self.message > self.max_message {
                return Err(MessageTooLong { length: self.message, max: self.max_message });
            }
        }
        // The library rejects a long control frame or a masked frame by its header.
        if length <= MAX_FRAGMENT || first & CONTROL != 0 || second & MASKED != 0 {
            self.fragment = length;
            return Ok(());
        }
        (self.first, self.rest) = (first, length);
        self.begin_fragment(first & !FIN);
        Ok(())
    }

    /// `first` is the first byte of the header, without the bit of the last fragment.
    fn begin_fragment(&mut self, first: u8) {
        self.fragment = self.rest.min(MAX_FRAGMENT);
        self.rest = self.rest.saturating_sub(self.fragment);
        let fin = if self.rest == 0 { self.first & FIN } else { 0 };
        self.header = Header::new(first | fin, self.fragment);
    }
}

/// A header up to its mask, which no server sends.
#[derive(Default)]
struct Header {
    bytes: [u8; 10],
    /// How many of the bytes have been read.
    length: usize,
    complete: bool,
    written: usize,
}

impl Header {
    fn new(first: u8, payload: u64) -> Self {
        let (bytes, length) = match (u8::try_from(payload), u16::try_from(payload)) {
            (Ok(payload @ ..LENGTH_16), _) => ([first, payload, 0, 0, 0, 0, 0, 0, 0, 0], 2),
            (_, Ok(payload)) => {
                let [a, b] = payload.to_be_bytes();
                ([first, LENGTH_16, a, b, 0, 0, 0, 0, 0, 0], 4)
            }
            _ => {
                let [a, b, c, d, e, f, g, h] = payload.to_be_bytes();
                ([first, LENGTH_64, a, b, c, d, e, f, g, h], 10)
            }
        };
        Self { bytes, length, complete: true, written: 0 }
    }

    /// The first two bytes, and the length of the payload.
    fn parse(&self) -> (u8, u8, u64) {
        let [first, second, a, b, c, d, e, f, g, h] = self.bytes;
        let length = match second & LENGTH_64 {
            LENGTH_64 => u64::from_be_bytes([a, b, c, d, e, f, g, h]),
            LENGTH_16 => u64::from(u16::from_be_bytes([a, b])),
            length => u64::from(length),
        };
        (first, second, length)
    }

    /// Reads more of the header; whether it is complete.
    fn read(&mut self, input: &mut &[u8]) -> bool {
        while !self.complete {
            let (Some((&byte, rest)), Some(place)) = (input.split_first(), self.bytes.get_mut(self.length)) else {
                return false;
            };
            (*place, *input) = (byte, rest);
            self.length = self.length.saturating_add(1);
            let [_, second, ..] = self.bytes;
            self.complete = self.length
                == match second & LENGTH_64 {
                    _ if self.length < 2 => 2,
                    LENGTH_64 => 10,
                    LENGTH_16 => 4,
                    _ => 2,
                };
        }
        true
    }

    /// Writes more of the header, and resets it if it is written; whether it is.
    fn write(&mut self, output: &mut ReadBuf<'_>) -> bool {
        let end = self.length.min(self.written.saturating_add(output.remaining()));
        output.put_slice(self.bytes.get(self.written..end).unwrap_or_default());
        self.written = end;
        let done = end == self.length;
        if done {
            *self = Self::default();
        }
        done
    }
}

/// A message is longer than the maximum.
#[derive(Debug)]
pub(super) struct MessageTooLong {
    /// The length of the message, as far as it is known.
    pub(super) length: u64,
    pub(super) max: u64,
}

impl fmt::Display for MessageTooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a message of {} bytes, and the limit is {}", self.length, self.max)
    }
}

impl error::Error for MessageTooLong {}

impl From<MessageTooLong> for io::Error {
    fn from(error: MessageTooLong) -> Self {
        Self::new(io::ErrorKind::InvalidData, error)
    }
}

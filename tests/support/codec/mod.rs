//! An independent codec: it writes and reads frames by a definition at run time, and shares no code with the client, so
//! that tests do not compare the client with itself.
//!
//! It is written from the documentation of the wire and of the definition's format alone. Values are JSON, with bytes as
//! `{"$bytes": base64}` and tensors as `{"type", "shape", "data"}`.

mod frame;
mod read;
pub mod sample;
mod schema;
mod tensor;
mod write;

use serde_json::{Map, Value};

pub use frame::{
    Parts, event_message, join_request, join_response, request_message, response_message, split_request,
    split_request_message, split_response, take_varint, varint,
};
pub use read::Decoded;
pub use schema::{Property, Schema, Shape};

/// The frames of a definition.
pub struct Codec {
    definition: Value,
}

impl Codec {
    /// Reads a definition.
    pub fn new(definition: &str) -> Self {
        Self { definition: serde_json::from_str(definition).expect("a definition is JSON") }
    }

    /// The parameters of a method.
    pub fn params(&self, service: &str, method: &str) -> Schema<'_> {
        self.schema(&["services", service, "methods", method, "params"])
    }

    /// The result of a method.
    pub fn result(&self, service: &str, method: &str) -> Schema<'_> {
        self.schema(&["services", service, "methods", method, "result"])
    }

    /// The parameters of an event.
    pub fn event_params(&self, service: &str, event: &str) -> Schema<'_> {
        self.schema(&["services", service, "events", event, "params"])
    }

    /// The fields of an error that has some, by its code.
    pub fn error(&self, code: &str) -> Option<Schema<'_>> {
        let errors = self.definition["errors"].as_object()?;
        let is_named = |(name, error): &(&String, &Value)| error.get("code").map_or(*name == code, |own| own == code);
        let with_fields = errors.iter().filter(is_named).find_map(|(_, error)| error.get("fields"))?;
        Some(Schema::new(&self.definition, with_fields))
    }

    fn schema(&self, path: &[&str]) -> Schema<'_> {
        let found = path.iter().fold(&self.definition, |value, name| &value[*name]);
        assert!(!found.is_null(), "the definition has no {}", path.join("."));
        Schema::new(&self.definition, found)
    }

    /// The body of a request.
    pub fn request(&self, service: &str, method: &str, params: &Value) -> Vec<u8> {
        let (json, blobs) = write::write(self.params(service, method), params);
        join_request(&json, &blobs)
    }

    /// The parameters in the body of a request.
    pub fn read_request(&self, service: &str, method: &str, body: &[u8]) -> Decoded {
        let (json, blobs) = split_request(body)?;
        read::read(self.params(service, method), &parse(json)?, blobs)
    }

    /// The body of a response with this result.
    pub fn response(&self, service: &str, method: &str, result: &Value) -> Vec<u8> {
        let (json, blobs) = write::write(self.result(service, method), result);
        join_response(&format!("{{\"result\":{json}}}"), &blobs)
    }

    /// The result in the body of a response.
    pub fn read_response(&self, service: &str, method: &str, body: &[u8]) -> Decoded {
        let (json, blobs) = split_response(body)?;
        read::read(self.result(service, method), &parse(json)?["result"], blobs)
    }

    /// The message of an event.
    pub fn event(&self, service: &str, event: &str, params: &Value) -> Vec<u8> {
        let (json, blobs) = write::write(self.event_params(service, event), params);
        let (event, blobs) = (Value::from(event), blobs.iter().map(Vec::as_slice).collect::<Vec<_>>());
        event_message(service, format!("{{\"event\":{event},\"params\":{json}}}"), &blobs)
    }
}

/// The bytes of a tensor, whose data may be a list or base64.
pub fn write_tensor(tensor: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    tensor::write(tensor, &mut bytes);
    bytes
}

/// Takes one tensor off the bytes.
pub fn read_tensor(bytes: &mut &[u8]) -> Decoded {
    tensor::read(bytes)
}

fn parse(json: &[u8]) -> Result<Value, String> {
    serde_json::from_slice::<Map<_, _>>(json).map(Value::from).map_err(|error| error.to_string())
}

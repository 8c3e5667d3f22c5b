//! Calls by name, with parameters and results as JSON.
//!
//! Bytes are `{"$bytes": base64}` or text, and tensors are `{"type", "shape", "data"}`.

use std::io;

use bytes::Bytes;
use futures_core::future::BoxFuture;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::call::Call;
use super::handle::Client;
use super::operation::Operation;
use crate::runtime::error::{Error, Failure};
use crate::runtime::method::Method;
use crate::runtime::text::path_text;
use crate::runtime::wire;
use crate::runtime::wire::{IncomingFrame, JsonLimits, RequestFrame, ResponseFrame};

/// A method without its types. Parameters and results are JSON.
#[derive(Clone, Copy, Debug)]
pub struct DynamicOperation {
    method: &'static Method,
    call: fn(Client, Value) -> BoxFuture<'static, Result<Value, Error>>,
    encode_request: fn(Value) -> Result<RequestFrame, Failure>,
    decode_request: fn(Bytes) -> Result<Value, Failure>,
    encode_result: fn(Value) -> Result<ResponseFrame, Failure>,
    decode_response: fn(Bytes) -> Result<Value, Error>,
}

/// The method of a request, without its types.
pub const fn dynamic<R: Operation>() -> DynamicOperation {
    DynamicOperation {
        method: R::METHOD,
        call: call::<R>,
        encode_request: |params| wire::write_request(&read::<R>(params, "parameters")?),
        decode_request: |body| {
            let limits = JsonLimits::default();
            write(&wire::read_request::<R>(IncomingFrame::read(&body)?, limits)?, limits)
        },
        encode_result: |result| wire::write_result(&read::<R::Response>(result, "result")?),
        decode_response: |body| {
            let limits = JsonLimits::default();
            let response = wire::read_response::<R::Response, R::Error>(body.into(), limits);
            let response = response.map_err(|error| error.at(R::METHOD).into_raw())?;
            write(&response, limits).map_err(|failure| failure.at(R::METHOD))
        },
    }
}

impl DynamicOperation {
    /// The method.
    pub fn method(&self) -> &'static Method {
        self.method
    }

    /// Makes a call. `null` means no parameters.
    ///
    /// The result may need far more memory than that of a typed call: tensors and bytes are part of its JSON, each byte of
    /// which takes up to 48 bytes. So [`max_json_bytes`](super::ClientBuilder::max_json_bytes) limits it, too.
    ///
    /// # Errors
    ///
    /// As those of a typed call; [`Error::Decode`] if the result is larger than allowed.
    pub fn call(&self, client: &Client, params: Value) -> BoxFuture<'static, Result<Value, Error>> {
        (self.call)(client.clone(), params)
    }

    /// Encodes a request with these parameters.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`]: the parameters are not those of the method.
    pub fn encode_request(&self, params: Value) -> Result<RequestFrame, Error> {
        (self.encode_request)(params).map_err(|failure| failure.at(self.method))
    }

    /// Decodes the parameters in the body of an HTTP request.
    ///
    /// # Errors
    ///
    /// [`Error::Decode`]: the body is not a request of the method.
    pub fn decode_request(&self, body: Bytes) -> Result<Value, Error> {
        (self.decode_request)(body).map_err(|failure| failure.at(self.method))
    }

    /// Encodes a response with this result.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`]: the result is not one of the method.
    pub fn encode_result(&self, result: Value) -> Result<ResponseFrame, Error> {
        (self.encode_result)(result).map_err(|failure| failure.at(self.method))
    }

    /// Decodes the result in the body of an HTTP response.
    ///
    /// # Errors
    ///
    /// [`Error::Api`]: the response is an error; [`Error::Decode`]: the body is not a response of the method.
    pub fn decode_response(&self, body: Bytes) -> Result<Value, Error> {
        (self.decode_response)(body)
    }
}

impl Client {
    /// Makes a call of a method that was looked up by its names.
    #[doc(hidden)]
    pub async fn call_operation(
        &self,
        operation: Option<DynamicOperation>,
        (service, method): (&str, &str),
        params: Value,
    ) -> Result<Value, Error> {
        match operation {
            Some(operation) => operation.call(self, params).await,
            None => {
                static UNKNOWN: Method = Method::new("", "");
                let reason = format!("unknown method {service}.{method}, or its cargo feature is off");
                Err(Failure::invalid("", reason).at(&UNKNOWN))
            }
        }
    }
}

fn call<R: Operation>(client: Client, params: Value) -> BoxFuture<'static, Result<Value, Error>> {
    let at = R::METHOD;
    Box::pin(async move {
        let request: R = read(params, "parameters").map_err(|failure| failure.at(at))?;
        let result = Call::new(&client, request).response().await.map_err(Error::into_raw)?;
        write(&result, client.0.json_limits).map_err(|failure| failure.at(at))
    })
}

fn read<T: DeserializeOwned>(value: Value, noun: &str) -> Result<T, Failure> {
    let value = match value {
        Value::Object(_) => value,
        Value::Null => Value::Object(Map::new()),
        // The type would also accept a list with its fields in order.
        _ => return Err(Failure::invalid("", format!("the {noun} must be an object"))),
    };
    serde_path_to_error::deserialize(value)
        .map_err(|error| Failure::invalid(path_text(error.path()), error.inner().to_string()))
}

/// Encodes a value as JSON. That may need far more memory than the value, so its size is computed before.
fn write<T: Serialize>(value: &T, limits: JsonLimits) -> Result<Value, Failure> {
    let failure = |error| Failure::decode("", format!("cannot be encoded as JSON: {error}"), "");
    let mut size = Size(0);
    serde_json::to_writer(&mut size, value).map_err(failure)?;
    limits.check(size.0)?;
    serde_json::to_value(value).map_err(failure)
}

/// The number of bytes that were written.
struct Size(u64);

impl io::Write for Size {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self.0.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

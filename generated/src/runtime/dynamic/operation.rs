//! Calls by name, with parameters and results as JSON.
//!
//! Bytes are `{"$bytes": base64}` or text, and tensors are `{"type", "shape", "data"}`.

use std::fmt;
use std::io;

use bytes::Bytes;
use futures_core::future::BoxFuture;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::call::{DynamicCall, DynamicMessage, frame, send};
use super::events::EventsInfo;
use super::pages::PagesInfo;
use super::params::{check_params, did_you_mean};
use super::work::WorkInfo;
use crate::runtime::client::{Call, Client, Operation};
use crate::runtime::error::{Error, Failure};
use crate::runtime::method::describe::{Described, FieldInfo, TypeInfo};
use crate::runtime::method::{ApiError, ErrorCode, ErrorInfo, Method};
use crate::runtime::text::{excerpt, path_text};
use crate::runtime::wire;
use crate::runtime::wire::{IncomingFrame, JsonLimits, RequestFrame, ResponseFrame};

/// A service, with its methods by name.
#[derive(Clone, Copy, Debug)]
pub struct DynamicService {
    /// The name on the wire.
    pub name: &'static str,
    /// What it is for.
    pub docs: &'static str,
    /// The methods.
    pub methods: &'static [DynamicOperation],
}

impl DynamicService {
    /// Finds a method among the services of a crate, by the names on the wire. `disabled` are the services that the crate was
    /// built without, and the cargo feature of each.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`]: there is no such service or method.
    pub fn find(
        services: &'static [Self],
        disabled: &[(&str, &str)],
        (service, method): (&str, &str),
    ) -> Result<&'static DynamicOperation, Error> {
        static UNKNOWN: Method = Method::new("", "");
        let unknown = |reason: String| Failure::invalid("", reason).at(&UNKNOWN);
        if let Some((_, feature)) = disabled.iter().find(|(name, _)| *name == service) {
            return Err(unknown(format!("the service `{service}` needs the cargo feature `{feature}`")));
        }
        let names = || services.iter().map(|service| service.name);
        let Some(found) = services.iter().find(|found| found.name == service) else {
            let help = did_you_mean(service, names(), "services");
            return Err(unknown(format!("unknown service `{}`{help}", excerpt(service))));
        };
        found.methods.iter().find(|found| found.method.name == method).ok_or_else(|| {
            let help = did_you_mean(method, found.methods.iter().map(|method| method.method.name), "methods");
            unknown(format!("unknown method `{service}.{}`{help}", excerpt(method)))
        })
    }
}

/// A method without its types. Parameters and results are JSON.
#[derive(Clone, Copy)]
pub struct DynamicOperation {
    pub(super) method: &'static Method,
    docs: &'static str,
    params: Option<fn() -> &'static TypeInfo>,
    errors: fn() -> Vec<(&'static str, ErrorInfo)>,
    #[cfg(feature = "schemars")]
    schemas: Option<[fn() -> schemars::Schema; 2]>,
    call: fn(Client, Value) -> BoxFuture<'static, Result<Value, Error>>,
    pub(super) send: fn(DynamicCall) -> BoxFuture<'static, Result<DynamicMessage, Error>>,
    pub(super) frame: fn(DynamicCall) -> Result<RequestFrame, Error>,
    pub(super) pages: Option<PagesInfo>,
    pub(super) work: Option<WorkInfo>,
    pub(super) events: Option<EventsInfo>,
    encode_request: fn(Value) -> Result<RequestFrame, Failure>,
    decode_request: fn(Bytes) -> Result<Value, Failure>,
    encode_result: fn(Value) -> Result<ResponseFrame, Failure>,
    decode_response: fn(Bytes) -> Result<Value, Error>,
}

/// The method of a request, without its types, and what it does.
pub const fn dynamic<R: Operation<Response: Schematic> + Described + Schematic>(
    docs: &'static str,
) -> DynamicOperation {
    DynamicOperation {
        docs,
        params: Some(R::describe),
        #[cfg(feature = "schemars")]
        schemas: Some([|| schemars::schema_for!(R), || schemars::schema_for!(R::Response)]),
        ..DynamicOperation::of::<R>()
    }
}

/// With the feature `schemars`, the types that have a JSON Schema; without it, all types.
#[cfg(feature = "schemars")]
pub trait Schematic: schemars::JsonSchema {}
#[cfg(feature = "schemars")]
impl<T: schemars::JsonSchema> Schematic for T {}

/// With the feature `schemars`, the types that have a JSON Schema; without it, all types.
#[cfg(not(feature = "schemars"))]
pub trait Schematic {}
#[cfg(not(feature = "schemars"))]
impl<T> Schematic for T {}

impl DynamicOperation {
    /// The method of a request without a description: unknown parameters are ignored.
    pub const fn of<R: Operation>() -> Self {
        Self {
            method: R::METHOD,
            docs: "",
            params: None,
            errors: R::Error::codes,
            #[cfg(feature = "schemars")]
            schemas: None,
            call: call::<R>,
            send: send::<R>,
            frame: frame::<R>,
            pages: None,
            work: None,
            events: None,
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

    /// The method: its names, its transport, and whether it is idempotent.
    pub fn method(&self) -> &'static Method {
        self.method
    }

    /// What the method does.
    pub fn docs(&self) -> &'static str {
        self.docs
    }

    /// The parameters.
    pub fn params(&self) -> &'static [FieldInfo] {
        self.params.map_or(&[], |describe| describe().fields())
    }

    /// How the pages of a long list are read, if the method returns one.
    pub fn pages(&self) -> Option<&PagesInfo> {
        self.pages.as_ref()
    }

    /// How the work is followed, if the method starts some.
    pub fn work(&self) -> Option<&WorkInfo> {
        self.work.as_ref()
    }

    /// The events that the method can subscribe to.
    pub fn events(&self) -> Option<&EventsInfo> {
        self.events.as_ref()
    }

    /// The error codes of the method, and what is known of them.
    pub fn errors(&self) -> Vec<(&'static str, ErrorInfo)> {
        (self.errors)()
    }

    /// The JSON Schema of the parameters, which is made at each call.
    #[cfg(feature = "schemars")]
    pub fn params_schema(&self) -> Value {
        self.schemas.map_or(Value::Bool(true), |[params, _]| params().to_value())
    }

    /// The JSON Schema of the result, which is made at each call.
    #[cfg(feature = "schemars")]
    pub fn result_schema(&self) -> Value {
        self.schemas.map_or(Value::Bool(true), |[_, result]| result().to_value())
    }

    /// Makes a call. `null` means no parameters.
    ///
    /// The result may need far more memory than that of a typed call: tensors and bytes are part of its JSON, each byte of
    /// which takes up to 48 bytes. So [`max_json_bytes`](crate::runtime::ClientBuilder::max_json_bytes) limits it, too.
    ///
    /// # Errors
    ///
    /// As those of a typed call; [`Error::Invalid`] if there is an unknown parameter, at any depth; [`Error::Decode`] if
    /// the result is larger than allowed.
    pub fn call(&self, client: &Client, params: Value) -> BoxFuture<'static, Result<Value, Error>> {
        match self.check(&params) {
            Ok(()) => (self.call)(client.clone(), params),
            Err(error) => Box::pin(async { Err(error) }),
        }
    }

    /// Encodes a request with these parameters.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`]: the parameters are not those of the method.
    pub fn encode_request(&self, params: Value) -> Result<RequestFrame, Error> {
        self.check(&params)?;
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

    /// The error of using the method for something that it does not do.
    pub(super) fn lacks(&self, what: &str) -> Error {
        Failure::invalid("", format!("the method {what}")).at(self.method)
    }

    pub(super) fn check(&self, params: &Value) -> Result<(), Error> {
        match self.params {
            Some(describe) => check_params(describe(), params).map_err(|failure| failure.at(self.method)),
            None => Ok(()),
        }
    }
}

fn call<R: Operation>(client: Client, params: Value) -> BoxFuture<'static, Result<Value, Error>> {
    let at = R::METHOD;
    Box::pin(async move {
        let request: R = read(params, "parameters").map_err(|failure| failure.at::<ApiError>(at))?;
        let result = Call::new(&client, request).response().await.map_err(Error::into_raw)?;
        write(&result, client.json_limits()).map_err(|failure| failure.at(at))
    })
}

pub(super) fn read<T: DeserializeOwned>(value: Value, noun: &str) -> Result<T, Failure> {
    let value = match value {
        Value::Object(_) => value,
        Value::Null => Value::Object(Map::new()),
        // The type would also accept a list with its fields in order.
        _ => return Err(Failure::invalid("", format!("the {noun} must be an object"))),
    };
    serde_path_to_error::deserialize(value)
        .map_err(|error| Failure::invalid(path_text(error.path()), error.inner().to_string()))
}

impl fmt::Debug for DynamicOperation {
    /// `Model.train`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.method.fmt(f)
    }
}

/// Encodes a value as JSON. That may need far more memory than the value, so its size is computed before.
pub(super) fn write<T: Serialize>(value: &T, limits: JsonLimits) -> Result<Value, Failure> {
    check_size(value, limits)?;
    to_value(value)
}

pub(super) fn check_size<T: Serialize>(value: &T, limits: JsonLimits) -> Result<(), Failure> {
    let mut size = Size(0);
    serde_json::to_writer(&mut size, value).map_err(not_json)?;
    limits.check(size.0)
}

pub(super) fn to_value<T: Serialize>(value: &T) -> Result<Value, Failure> {
    serde_json::to_value(value).map_err(not_json)
}

fn not_json(error: serde_json::Error) -> Failure {
    Failure::decode("", format!("cannot be encoded as JSON: {error}"), "")
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

//! Requests and responses over HTTP, with a transport that gives a response without a network.

use std::sync::{Arc, Mutex, PoisonError};

use decthings::runtime::{
    BoxFuture, DynamicOperation, TransportError, TransportKind, TransportRequest, TransportResponse,
};
use decthings::{Client, Error, RetryPolicy, Transport};
use decthings_conformance::hex;
use http::StatusCode;
use serde_json::{Value, json};

use super::params::sample;
use super::{Answer, NoAnswer, bytes, text};

/// Keeps the body of the request, and responds with the same to every request.
#[derive(Clone)]
struct Canned {
    body: Arc<Mutex<Option<Vec<u8>>>>,
    response: TransportResponse,
}

impl Transport for Canned {
    fn send(&self, request: TransportRequest) -> BoxFuture<'_, Result<TransportResponse, TransportError>> {
        *self.body.lock().unwrap_or_else(PoisonError::into_inner) = Some(request.to_bytes().into());
        Box::pin(std::future::ready(Ok(self.response.clone())))
    }
}

/// Makes a call; the body of its request, and its outcome.
async fn call(
    operation: &DynamicOperation,
    params: Value,
    response: TransportResponse,
) -> Result<(Option<Vec<u8>>, Result<Value, Error>), NoAnswer> {
    let transport = Canned { body: Arc::default(), response };
    // The default URLs need TLS.
    let client = Client::builder()
        .http_url("http://localhost")
        .transport(transport.clone())
        .retry(RetryPolicy::off())
        .build()?;
    let outcome = operation.call(&client, params).await;
    let body = transport.body.lock().unwrap_or_else(PoisonError::into_inner).take();
    Ok((body, outcome))
}

pub async fn write_request(case: &Value) -> Answer {
    let response = TransportResponse::new(StatusCode::OK, "");
    // The response is malformed; only the request matters.
    match call(over_http(case)?, case["params"].clone(), response).await? {
        (Some(body), _) => Ok(json!({ "hex": hex(&body) })),
        (None, Err(error)) => Err(error.into()),
        (None, Ok(_)) => Err(NoAnswer::Rejected("no request was sent".to_owned())),
    }
}

pub fn read_request(case: &Value) -> Answer {
    let operation = operation(text(case, "service"), text(case, "method"))?;
    Ok(json!({ "params": operation.decode_request(bytes(case).into())? }))
}

pub async fn read_response(case: &Value) -> Answer {
    let operation = over_http(case)?;
    let status = case["status"].as_u64().and_then(|status| u16::try_from(status).ok()).unwrap_or(200);
    let response = TransportResponse::new(StatusCode::from_u16(status)?, bytes(case));
    let (_, outcome) = call(operation, sample(operation), response).await?;
    Ok(json!({ "value": value(outcome)? }))
}

/// A result, or an error of the API.
pub fn value(outcome: Result<Value, Error>) -> Answer {
    match outcome {
        Ok(result) => Ok(json!({ "result": result })),
        Err(Error::Api { error, .. }) => Ok(json!({ "error": error.to_json() })),
        Err(error) => Err(error.into()),
    }
}

/// A method of the revision that the program was started with.
pub fn operation(service: &str, method: &str) -> Result<&'static DynamicOperation, NoAnswer> {
    let find = match std::env::args().nth(1).as_deref() {
        Some("weights") => decthings::weights::dynamic::operation,
        _ => decthings::api::dynamic::operation,
    };
    find(service, method).map_err(|error| NoAnswer::Unsupported(error.to_string()))
}

fn over_http(case: &Value) -> Result<&'static DynamicOperation, NoAnswer> {
    let operation = operation(text(case, "service"), text(case, "method"))?;
    match operation.method().transport {
        TransportKind::Http | TransportKind::WebSocketUnless { .. } => Ok(operation),
        _ => Err(NoAnswer::Unsupported(format!("{operation:?} is a call on the WebSocket"))),
    }
}

//! A generated client and a generated server, with access to the frames between them.

use std::sync::{Arc, Mutex};

use decthings::runtime::{
    BoxFuture, Call, Client, Operation, Router, ServiceResult, Transport, TransportError, TransportRequest,
    TransportResponse,
};
use decthings_tests::codec::{Codec, join_request, join_response, split_request, split_response};
use serde_json::{Map, Value};

use crate::generated_code::ok::blob_nested::nest::*;

/// The steps of a call.
pub struct Exchange {
    pub request: Vec<u8>,
    /// The parameters that reached the service.
    pub arrived: Value,
    pub response: Vec<u8>,
    /// The result that reached the caller.
    pub output: Value,
}

/// Runs a future to its end.
pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

/// Makes a call that has this result.
pub async fn call<R: Operation<Output = <R as Operation>::Response>>(params: &Value, result: &Value) -> Exchange {
    let link = Link::new(result);
    let output = link.call::<R>(params).await.unwrap_or_else(|error| panic!("{}: {error}", R::METHOD.name));
    let [request, response] = link.0.frames.lock().unwrap().clone();
    Exchange { request, arrived: link.arrived().expect("the service was called"), response, output }
}

/// A client and a service that responds with one result.
#[derive(Clone)]
pub struct Link(Arc<State>);

#[derive(Default)]
struct State {
    result: Value,
    arrived: Mutex<Option<Value>>,
    /// The request and the response.
    frames: Mutex<[Vec<u8>; 2]>,
    /// A response to return instead of the service's own.
    canned: Mutex<Option<Vec<u8>>>,
}

impl Link {
    pub fn new(result: &Value) -> Self {
        Self(Arc::new(State { result: result.clone(), ..State::default() }))
    }

    pub fn router(&self) -> Router {
        Router::new().route("Nest", Arc::new(Dispatch(Arc::new(self.clone()))))
    }

    pub fn client(&self) -> Client {
        Client::builder().http_url("http://localhost").transport(self.clone()).build().unwrap()
    }

    /// The parameters that the service got last.
    pub fn arrived(&self) -> Option<Value> {
        self.0.arrived.lock().unwrap().take()
    }

    /// Passes a request to the server; returns the response, or an error if the request is malformed.
    pub async fn handle(&self, method: &str, request: Vec<u8>) -> Result<Vec<u8>, String> {
        let response = self.router().handle("Nest", method, request.into()).await.to_bytes();
        let (json, _) = split_response(&response)?;
        let json: Value = serde_json::from_slice(json).map_err(|error| error.to_string())?;
        if json["error"]["code"] == "invalid_request" { Err(json["error"].to_string()) } else { Ok(response.into()) }
    }

    async fn call<R: Operation<Output = <R as Operation>::Response>>(&self, params: &Value) -> Result<Value, String> {
        send::<R>(&self.client(), params).await
    }

    fn respond<R: Operation>(&self, request: R) -> ServiceResult<R> {
        *self.0.arrived.lock().unwrap() = Some(serde_json::to_value(request).unwrap());
        Ok(serde_json::from_value(self.0.result.clone()).expect("a result of the method"))
    }
}

async fn send<R: Operation<Output = <R as Operation>::Response>>(
    client: &Client,
    params: &Value,
) -> Result<Value, String> {
    let request: R = serde_json::from_value(params.clone()).expect("parameters of the method");
    let output = Call::new(client, request).send().await.map_err(|error| format!("{error:?}"))?;
    Ok(serde_json::to_value(output).unwrap())
}

/// Reads responses with the generated client.
pub struct Reader {
    link: Link,
    client: Client,
    method: &'static str,
    params: Value,
}

impl Reader {
    pub fn new(codec: &Codec, method: &'static str) -> Self {
        let [params, _] = super::samples(codec, method, &[vec![], vec![]]);
        let link = Link::new(&Value::Null);
        Self { client: link.client(), link, method, params }
    }

    pub async fn read(&self, response: Vec<u8>) -> Result<Value, String> {
        *self.link.0.canned.lock().unwrap() = Some(response);
        match self.method {
            "put" => send::<PutRequest>(&self.client, &self.params).await,
            "choose" => send::<ChooseRequest>(&self.client, &self.params).await,
            "feed" => send::<FeedRequest>(&self.client, &self.params).await,
            "upload" => send::<UploadRequest>(&self.client, &self.params).await,
            "enter" => send::<EnterRequest>(&self.client, &self.params).await,
            "grow" => send::<GrowRequest>(&self.client, &self.params).await,
            other => panic!("there is no method {other}"),
        }
    }
}

impl Transport for Link {
    fn send(&self, request: TransportRequest) -> BoxFuture<'_, Result<TransportResponse, TransportError>> {
        Box::pin(async move {
            let body = request.to_bytes();
            let sent = body.to_vec();
            let canned = self.0.canned.lock().unwrap().clone();
            let response = match canned {
                Some(response) => response,
                None => self.router().handle("Nest", request.method.name, body).await.to_bytes().into(),
            };
            *self.0.frames.lock().unwrap() = [sent, response.clone()];
            Ok(TransportResponse::new(http::StatusCode::OK, response))
        })
    }
}

impl NestService for Link {
    async fn put(&self, request: PutRequest) -> ServiceResult<PutRequest> {
        self.respond(request)
    }

    async fn choose(&self, request: ChooseRequest) -> ServiceResult<ChooseRequest> {
        self.respond(request)
    }

    async fn feed(&self, request: FeedRequest) -> ServiceResult<FeedRequest> {
        self.respond(request)
    }

    async fn upload(&self, request: UploadRequest) -> ServiceResult<UploadRequest> {
        self.respond(request)
    }

    async fn enter(&self, request: EnterRequest) -> ServiceResult<EnterRequest> {
        self.respond(request)
    }

    async fn grow(&self, request: GrowRequest) -> ServiceResult<GrowRequest> {
        self.respond(request)
    }

    async fn subscribe_to_events(&self, _: SubscribeToEventsRequest) -> ServiceResult<SubscribeToEventsRequest> {
        Ok(SubscribeToEventsResult::new())
    }
}

/// The same request with other JSON.
pub fn change_request(request: &[u8], change: impl FnOnce(Value) -> Value) -> Vec<u8> {
    let (json, blobs) = split_request(request).unwrap();
    join_request(&change(serde_json::from_slice(json).unwrap()).to_string(), &blobs)
}

/// The same response, or event, with other JSON.
pub fn change_response(response: &[u8], change: impl FnOnce(Value) -> Value) -> Vec<u8> {
    let (json, blobs) = split_response(response).unwrap();
    join_response(&change(serde_json::from_slice(json).unwrap()).to_string(), &blobs)
}

/// All objects with their last property first.
pub fn reverse(json: Value) -> Value {
    match json {
        Value::Object(members) => {
            members.into_iter().rev().map(|(name, value)| (name, reverse(value))).collect::<Map<_, _>>().into()
        }
        Value::Array(items) => items.into_iter().map(reverse).collect(),
        other => other,
    }
}

//! Generated code in the runtime's own crate, for a definition full of names that the crate has already: setters of
//! calls, functions of the client, the router and subscriptions, calls by name, schemas.

use std::sync::Arc;
use std::time::Duration;

use decthings_embedded::api::errors::ErrorInfoType;
use decthings_embedded::api::{builder_, default_, events_, method_, mod_, raw, schemas, server, shop, types, types_};
use decthings_embedded::runtime::schema::{JsonSchema, Visitor};
use decthings_embedded::testing::Script;
use decthings_embedded::{Client, Error, EventHub, RetryPolicy, Router, ServiceResult, Update, blocking};
use events_::{EventsEvent, EventsService, FinishedEvent, SaidEvent};
use serde_json::{Value, json};
use shop::ShopService;

struct Shop;

impl ShopService for Shop {
    async fn buy(&self, request: shop::BuyRequest) -> ServiceResult<shop::BuyRequest> {
        if request.name == "nothing" {
            return Err(shop::BuyError::ErrorInfo(ErrorInfoType::new("no such name")).into());
        }
        let sent = serde_json::to_string(&request).unwrap();
        Ok(shop::BuyResult::new(sent, types::Mod::new(types::Super::new("text")), types::ToWireType::default_("text")))
    }

    async fn clone_(&self, _: shop::CloneRequest) -> ServiceResult<shop::CloneRequest> {
        Ok(shop::CloneResult::new())
    }

    async fn client(&self, _: shop::ClientRequest) -> ServiceResult<shop::ClientRequest> {
        Ok(shop::ClientResult::new())
    }

    async fn list(&self, request: shop::ListRequest) -> ServiceResult<shop::ListRequest> {
        let (offset, limit) = (request.offset.unwrap_or(0), request.limit.unwrap_or(2));
        let names = (offset..5.min(offset + limit)).map(|name| name.to_string());
        Ok(shop::ListResult::new(names, 5, offset, limit))
    }

    async fn start(&self, _: shop::StartRequest) -> ServiceResult<shop::StartRequest> {
        Ok(shop::StartResult::new("result", "client", "wait", "cancel"))
    }

    async fn status(&self, request: shop::StatusRequest) -> ServiceResult<shop::StatusRequest> {
        Ok(shop::StatusResult::Done(shop::StatusResultDone::new(request.result)))
    }

    async fn stop(&self, _: shop::StopRequest) -> ServiceResult<shop::StopRequest> {
        Ok(shop::StopResult::new())
    }
}

/// Sessions, all of which are called `1`.
struct Events(EventHub);

impl EventsService for Events {
    async fn open(&self, _: events_::OpenRequest) -> ServiceResult<events_::OpenRequest> {
        Ok(events_::OpenResult::new("1"))
    }

    async fn next(&self, request: events_::NextRequest) -> ServiceResult<events_::NextRequest> {
        let said = EventsEvent::Said(SaidEvent::new(&request.session_id, request.text));
        self.0.publish(&request.session_id, &said).unwrap();
        Ok(events_::NextResult::new())
    }

    async fn id(&self, _: events_::IdRequest) -> ServiceResult<events_::IdRequest> {
        Ok(events_::IdResult::new())
    }

    async fn poll_next(&self, request: events_::PollNextRequest) -> ServiceResult<events_::PollNextRequest> {
        assert_eq!(request.session_id, "1");
        Ok(events_::PollNextResult::new())
    }

    async fn finish(&self, request: events_::FinishRequest) -> ServiceResult<events_::FinishRequest> {
        let finished = EventsEvent::Finished(FinishedEvent::new(&request.session_id));
        self.0.publish(&request.session_id, &finished).unwrap();
        Ok(events_::FinishResult::new())
    }
}

/// The services with one method each.
struct Others;

impl builder_::BuilderService for Others {
    async fn ping(&self, _: builder_::PingRequest) -> ServiceResult<builder_::PingRequest> {
        Ok(builder_::PingResult::new())
    }
}

impl default_::DefaultService for Others {}

impl method_::MethodService for Others {
    async fn ping(&self, _: method_::PingRequest) -> ServiceResult<method_::PingRequest> {
        Ok(method_::PingResult::new())
    }
}

impl mod_::ModService for Others {
    async fn ping(&self, _: mod_::PingRequest) -> ServiceResult<mod_::PingRequest> {
        Ok(mod_::PingResult::new())
    }
}

impl raw::RawService for Others {}

impl server::ServerService for Others {
    async fn ping(&self, _: server::PingRequest) -> ServiceResult<server::PingRequest> {
        Ok(server::PingResult::new())
    }
}

impl types_::TypesService for Others {
    async fn ping(&self, _: types_::PingRequest) -> ServiceResult<types_::PingRequest> {
        Ok(types_::PingResult::new())
    }
}

fn client() -> Client {
    let (hub, others) = (EventHub::new(), Arc::new(Others));
    let router = Router::new()
        .events(hub.clone())
        .shop(Arc::new(Shop))
        .events_(Arc::new(Events(hub)))
        .builder_(others.clone())
        .default_(others.clone())
        .method_(others.clone())
        .mod_(others.clone())
        .raw(others.clone())
        .server(others.clone())
        .types_(others);
    Client::builder().service(router).build().unwrap()
}

#[tokio::test]
async fn setters_of_calls_are_beside_their_own_functions() {
    let call = client()
        .shop()
        .buy("n")
        .with_retry("1")
        .with_buffer("2")
        .with_attempt_timeout("3")
        .with_on_progress("4")
        .with_blobs_to_files("5")
        .with_send_blocking("6")
        .exchange("7")
        .job("8")
        .with_subscribe("9")
        .with_into_future("10")
        .with_request("11")
        .with_clone("12")
        .with_from("13")
        .value("14")
        .attempt_timeout(Duration::from_secs(5))
        .retry(RetryPolicy::off())
        .on_progress(|_| {});
    assert_eq!(call.clone().request(), &call.clone().into_request());
    let bought = call.await.unwrap();
    let sent: Value = serde_json::from_str(&bought.sent).unwrap();
    let expected = json!({
        "name": "n", "retry": "1", "buffer": "2", "attemptTimeout": "3", "onProgress": "4", "blobsToFiles": "5",
        "sendBlocking": "6", "exchange": "7", "job": "8", "subscribe": "9", "intoFuture": "10", "request": "11",
        "clone": "12", "from": "13", "value": "14",
    });
    assert_eq!(sent, expected);
    assert!(matches!(bought.answer, types::ToWireType::Default(content) if content.text == "text"));
}

#[tokio::test]
async fn services_and_methods_are_beside_what_has_their_names() {
    let client = client();
    client.builder_().ping().await.unwrap();
    client.method_().ping().await.unwrap();
    client.mod_().ping().await.unwrap();
    client.server().ping().await.unwrap();
    client.types_().ping().await.unwrap();
    let shop = client.shop();
    shop.client().await.unwrap();
    shop.clone().clone_().await.unwrap();
    let error = client.default_().ping().await.unwrap_err();
    assert!(matches!(error, Error::Api { .. }), "{error}");
    let error = shop.buy("nothing").await.unwrap_err();
    assert_eq!(error.api(), Some(&shop::BuyError::ErrorInfo(ErrorInfoType::new("no such name"))));
}

#[tokio::test]
async fn methods_of_a_session_are_beside_the_functions_of_its_subscription() {
    let mut session = client().events_().open().subscribe().await.unwrap();
    session.id_().await.unwrap();
    session.poll_next_().await.unwrap();
    session.next_("hello").await.unwrap();
    session.client().events_().next(session.id(), "again").await.unwrap();
    session.finish().await.unwrap();
    for text in ["hello", "again"] {
        assert_eq!(session.next().await, Some(Update::Event(EventsEvent::Said(SaidEvent::new("1", text)))));
    }
    assert_eq!(session.next().await, Some(Update::Event(EventsEvent::Finished(FinishedEvent::new("1")))));
    assert_eq!(session.next().await, None);
}

#[tokio::test]
async fn fields_of_a_result_are_read_beside_the_functions_of_its_handle() {
    let started = client().shop().start().await.unwrap();
    let read = [&started.result, &started.client, &started.wait, &started.cancel];
    assert_eq!(read, ["result", "client", "wait", "cancel"]);
    assert_eq!(started.wait().await.unwrap().text, "result");
    started.cancel().await.unwrap();
}

#[tokio::test]
async fn methods_are_called_by_the_names_on_the_wire() {
    let client = client();
    assert_eq!(client.call_json("Method", "ping", Value::Null).await.unwrap(), json!({}));
    assert_eq!(client.call_json("Events", "id", json!({ "sessionId": "1" })).await.unwrap(), json!({}));
    let listed = client.call_json("Shop", "list", json!({ "limit": 1 })).await.unwrap();
    assert_eq!(listed, json!({ "names": ["0"], "total": 5, "offset": 0, "limit": 1 }));
    assert!(matches!(client.call_json("Events", "next_", Value::Null).await, Err(Error::Invalid { .. })));
}

#[test]
fn calls_without_async_code() {
    let client = client();
    client.shop().clone_().send_blocking().unwrap();
    assert_eq!(client.shop().list().total_blocking().unwrap(), 5);
    let names = blocking::iter(client.shop().list().items()).unwrap().map(Result::unwrap);
    assert_eq!(names.collect::<Vec<_>>(), ["0", "1", "2", "3", "4"]);
}

#[tokio::test]
async fn answers_from_a_script() {
    let script = Script::new().respond::<server::PingRequest>(Ok(server::PingResult::new()));
    let client = Client::builder().script(&script).build().unwrap();
    client.server().ping().await.unwrap();
    script.check().unwrap();
}

#[test]
fn every_type_has_a_schema_and_a_place() {
    struct Places(Vec<(&'static str, String)>);
    impl Visitor for Places {
        fn visit<T: JsonSchema>(&mut self, place: &'static str) {
            self.0.push((place, T::schema_name().into_owned()));
        }
    }
    let mut places = Places(Vec::new());
    schemas::visit(&mut places);
    for (place, name) in [
        ("/$defs/Mod", "Mod"),
        ("/errors/error_info/fields", "ErrorInfoType"),
        ("/services/Events/methods/next/params", "NextRequest"),
        ("/services/Events/events/said/params", "SaidEvent"),
        ("/services/Shop/methods/incoming/params", "IncomingRequestType"),
        ("/services/Types/methods/ping/result", "PingResult"),
    ] {
        assert!(places.0.contains(&(place, name.to_owned())), "{place} {name}");
    }
}

//! Recorded requests and responses over HTTP, through the public client and a real socket.

use decthings::{ApiError, Client, Error};
use decthings_tests::codec::{Codec, join_request};
use decthings_tests::server::{Reply, Server, ok};
use decthings_tests::soon;
use serde_json::Value;

use super::{
    REQUESTS, RESPONSES, RequestCase, ResponseCase, cases, hex, judge, normalize, report, response_json, same,
    sort_entry_keys, split_request,
};

/// Whether the service of a case exists; cases of others are kept until it does.
fn is_covered(api: &str, transport: &str) -> bool {
    transport == "http" && decthings::api::dynamic::services().iter().any(|service| service.name == api)
}

fn client(server: &Server, key: Option<&str>) -> Client {
    let builder = Client::builder().http_url(server.url());
    let builder = match key {
        Some(key) => builder.api_key(key),
        None => builder,
    };
    builder.build().unwrap()
}

async fn call(client: &Client, api: &str, method: &str, params: Value) -> Result<Value, Error<ApiError>> {
    soon(client.call_json(api, method, params)).await
}

#[tokio::test]
async fn requests_are_sent_as_recorded() {
    let server = Server::always(Reply::Respond(ok(b""))).await;
    let mut failures = Vec::new();
    let mut tried = 0;
    for case in cases::<RequestCase>(REQUESTS) {
        if !is_covered(&case.api, &case.transport) || !case.setup.is_empty() {
            continue;
        }
        // This client treats an empty key as none.
        if case.api_key.as_deref() == Some("") {
            continue;
        }
        tried += 1;
        server.reset_to(Reply::Respond(ok(b"\x0d{\"result\":{}}")));
        let name = case.name();
        let client = client(&server, case.api_key.as_deref());
        // The response is a dummy; only the request matters.
        let outcome = call(&client, &case.api, &case.method, case.params.clone()).await;
        let Some(sent) = server.requests().pop() else {
            failures.push(format!("{name}: nothing was sent: {outcome:?}"));
            continue;
        };
        let (json, blobs) = split_request(&sent.body);
        let wanted = case.blobs();
        if sent.path() != format!("/v0/{}/{}", case.api, case.method) {
            failures.push(format!("{name}: sent to {}", sent.path()));
        }
        if sent.header("content-type") != ["application/octet-stream"] {
            failures.push(format!("{name}: content type {:?}", sent.header("content-type")));
        }
        // White space around a key is trimmed.
        if sent.header("authorization") != Vec::from_iter(case.api_key.map(|key| format!("Bearer {}", key.trim()))) {
            failures.push(format!("{name}: authorization {:?}", sent.header("authorization")));
        }
        if sent.header("content-length") != [sent.body.len().to_string()] {
            failures.push(format!("{name}: content length {:?} of {}", sent.header("content-length"), sent.body.len()));
        }
        if !same(&json, &case.wire_json) || blobs != wanted {
            failures.push(format!(
                "{name}:\nexpected {}\n{}\nactual   {json}\n{}",
                case.wire_json,
                hex(&wanted),
                hex(&blobs)
            ));
        }
    }
    assert!(tried >= 240, "only {tried} cases");
    report("requests.jsonl", tried, &failures);
}

/// The same requests, read by the server side: the parameters arrive as the caller gave them.
#[tokio::test]
async fn the_router_reads_requests_as_recorded() {
    let mut failures = Vec::new();
    let mut tried = 0;
    for case in cases::<RequestCase>(REQUESTS) {
        if !is_covered(&case.api, &case.transport) {
            continue;
        }
        tried += 1;
        let operation = decthings::api::dynamic::operation(&case.api, &case.method).unwrap();
        let name = case.name();
        let frame = join_request(&case.wire_json.to_string(), &case.blobs());
        match operation.decode_request(frame.into()) {
            Ok(params) => {
                // No parameters and an empty object are equal.
                let given =
                    if case.params.is_null() { Value::Object(Default::default()) } else { normalize(&case.params) };
                let wanted = sort_entry_keys(given, &case.wire_json);
                if !same(&normalize(&params), &wanted) {
                    failures.push(format!("{name}:\nexpected {wanted}\nactual   {params}"));
                }
            }
            Err(error) => failures.push(format!("{name}: {error}")),
        }
    }
    report("requests.jsonl (other side)", tried, &failures);
}

#[tokio::test]
async fn responses_are_read_as_expected() {
    let server = Server::always(Reply::Respond(ok(b""))).await;
    let client = client(&server, None);
    let mut failures = Vec::new();
    let mut tried = 0;
    for case in cases::<ResponseCase>(RESPONSES) {
        if !is_covered(&case.api, &case.transport) {
            continue;
        }
        let Some(frame) = case.frame() else { continue };
        tried += 1;
        server.reset_to(Reply::Respond(ok(&frame)));
        let outcome = call(&client, &case.api, &case.method, case.params.clone()).await;
        if let Err(complaint) = judge(&case.expect, &outcome, &frame) {
            let json = response_json(&frame).map_or_else(|| "(no JSON)".to_owned(), |json| json.to_string());
            let frame = hex(&[frame]);
            failures.push(format!("{}: {complaint}\nframe {json}\n{frame}", case.name()));
        }
    }
    assert!(tried >= 1400, "only {tried} cases");
    report("responses.jsonl", tried, &failures);
}

/// The codec that other tests compare with is itself checked against the recordings.
#[test]
fn the_independent_codec_writes_requests_as_recorded() {
    let codec = Codec::new(include_str!("../../../schema/decthings.json"));
    let (mut tried, mut failures) = (0, Vec::new());
    for case in cases::<RequestCase>(REQUESTS) {
        if case.transport != "http" {
            continue;
        }
        tried += 1;
        let params = if case.params.is_null() { &Value::Object(Default::default()) } else { &case.params };
        let frame = codec.request(&case.api, &case.method, params);
        let (json, blobs) = split_request(&frame);
        let wanted = case.blobs();
        if !same(&json, &case.wire_json) || blobs != wanted {
            let (wire, blobs) = (&case.wire_json, hex(&blobs));
            failures.push(format!("{}: {json} is not {wire}; {blobs}", case.name()));
        }
    }
    assert!(tried >= 240, "only {tried} cases");
    report("requests.jsonl (independent codec)", tried, &failures);
}

#[test]
fn the_independent_codec_reads_responses_as_expected() {
    let codec = Codec::new(include_str!("../../../schema/decthings.json"));
    let (mut tried, mut failures) = (0, Vec::new());
    for case in cases::<ResponseCase>(RESPONSES) {
        let wanted = case.expect.get("value").and_then(|value| value.get("result"));
        let wanted = wanted.filter(|_| case.transport == "http");
        let (Some(wanted), Some(frame)) = (wanted, case.frame()) else { continue };
        tried += 1;
        match codec.read_response(&case.api, &case.method, &frame) {
            Ok(result) if same(&normalize(&result), &normalize(wanted)) => {}
            read => failures.push(format!("{}: {read:?} is not {wanted}", case.name())),
        }
    }
    assert!(tried >= 200, "only {tried} cases");
    report("responses.jsonl (independent codec)", tried, &failures);
}

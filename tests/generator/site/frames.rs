//! The bytes that pages show, read by a codec that shares no code with the generator.

use decthings_codegen::ir::Transport;
use decthings_tests::codec::{Codec, join_request, split_request, split_request_message, split_response, varint};
use decthings_tests::repository;
use serde_json::Value;

use super::{between, ours, text, view};

fn codec() -> Codec {
    Codec::new(&std::fs::read_to_string(repository("schema/decthings.json")).unwrap())
}

/// The messages in a piece of a page.
fn messages(html: &str) -> Vec<Vec<u8>> {
    let lists = html.split("<ol class=\"bytes\">").skip(1).filter_map(|rest| rest.split("</ol>").next());
    lists.map(|list| lines(list).flat_map(bytes).collect()).collect()
}

fn lines(list: &str) -> impl Iterator<Item = &str> {
    list.split("class=\"hex\">").skip(1).filter_map(|rest| rest.split('<').next())
}

fn bytes(hex: &str) -> impl Iterator<Item = u8> {
    hex.split(' ').map(|digits| u8::from_str_radix(digits, 16).unwrap())
}

fn parse(json: &[u8]) -> Value {
    serde_json::from_slice(json).unwrap()
}

#[test]
fn frames_of_methods_can_be_read() {
    let (api, files) = ours();
    let codec = codec();
    for service in &api.services {
        for method in &service.methods {
            let name = format!("{}.{}", service.wire, method.wire);
            let page = files.iter().find(|(_, page)| {
                page.contains(&format!("POST {}/{}/{}\n", api.http.as_ref().unwrap(), service.wire, method.wire))
            });
            let Some((_, page)) = page else {
                assert!(
                    matches!(method.transport, Transport::WebSocket | Transport::OpenWebSocketElse { .. }),
                    "{name}"
                );
                continue;
            };
            let [request, response] = messages(view(page, "frame")).try_into().unwrap();
            codec.read_request(&service.wire, &method.wire, &request).unwrap_or_else(|it| panic!("{name}: {it}"));
            codec.read_response(&service.wire, &method.wire, &response).unwrap_or_else(|it| panic!("{name}: {it}"));
        }
    }
}

#[test]
fn messages_of_the_websocket_can_be_read() {
    let page = &ours().1["frames.html"];
    let [call, response] = messages(between(page, "<h2 id=\"websocket\">", "<h2 ")).try_into().unwrap();
    let (id, (json, _)) = split_request_message(&call).unwrap();
    let [service, method] = ["api", "method"].map(|name| parse(json)[name].as_str().unwrap().to_owned());
    assert!(ours().1.keys().any(|path| path.ends_with(&format!("/{method}.html"))), "{service}.{method}");
    let (head, frame) = response.split_at(5);
    assert_eq!(head, [&[0], id.to_be_bytes().as_slice()].concat());
    codec().read_response(&service, &method, frame).unwrap();
}

#[test]
fn messages_of_events_can_be_read() {
    let (api, files) = ours();
    for service in &api.services {
        for event in &service.events {
            let page = files.iter().find(|(path, page)| {
                path.ends_with(&format!("/event-{}.html", event.wire))
                    && page.contains(&format!(">{} / ", service.wire))
            });
            let [message] = messages(view(page.unwrap().1, "frame")).try_into().unwrap();
            let name = service.wire.as_bytes();
            let head = [&[1, name.len() as u8], name].concat();
            let frame = message.strip_prefix(head.as_slice()).unwrap();
            let (json, _) = split_response(frame).unwrap();
            assert_eq!(parse(json)["event"], event.wire.as_str());
        }
    }
}

#[test]
fn the_page_of_frames_takes_tensors_apart() {
    let page = &ours().1["frames.html"];
    for section in ["requests", "responses"] {
        let section = between(page, &format!("<h2 id=\"{section}\">"), "<h2 ");
        let list = between(section, "<ol class=\"bytes\">", "</ol>");
        for part in ["length", "json", "shape", "blob"] {
            assert!(list.contains(&format!("<li class=\"{part}\">")), "no {part}");
        }
    }
    assert!(page.contains("big-endian"));
}

#[test]
fn the_tensors_on_the_page_of_frames_are_what_it_says() {
    let page = &ours().1["frames.html"];
    let section = between(page, "<h2 id=\"requests\">", "<h2 ");
    let request = messages(section).remove(0);
    let (service, method) = between(section, ".html\"><code>", "</code>").split_once('.').unwrap();
    let read = |blob: &[u8]| {
        let (json, _) = split_request(&request).unwrap();
        let request = join_request(std::str::from_utf8(json).unwrap(), &[blob]);
        codec().read_request(service, method, &request).map(|params| params.to_string())
    };
    let [tensor] = messages(between(page, "<h2 id=\"tensors\">", "<h3 ")).try_into().unwrap();
    assert_eq!(split_request(&request).unwrap().1, std::slice::from_ref(&tensor));
    let expected = r#"{"type":"f32","shape":[2],"data":[0.5,1.5]}"#;
    assert!(read(&tensor).unwrap().contains(expected));

    // Two elements of each type, made as the table says.
    let table = between(page, "<h3 id=\"elements\">", "</table>");
    let rows: Vec<Vec<String>> =
        table.split("<tr>").skip(2).map(|row| row.split("<td>").skip(1).map(text).collect()).collect();
    assert_eq!(rows.len(), 16);
    for row in rows {
        let [number, name, size] = row.try_into().unwrap();
        let elements = match (size.parse::<usize>(), name.as_str()) {
            (Ok(size), _) => vec![0; 2 * size],
            (Err(_), "string" | "binary") => vec![2, 0, 0],
            // Each is nothing but a format without a name.
            (Err(_), _) => vec![4, 1, 0, 1, 0],
        };
        let head = [u8::from_str_radix(&number, 16).unwrap(), 1, 2];
        let params = read(&[&head, elements.as_slice()].concat()).unwrap_or_else(|it| panic!("{name}: {it}"));
        assert!(params.contains(&format!("{{\"type\":\"{name}\",\"shape\":[2]")), "{name}: {params}");
    }
}

#[test]
fn the_varints_on_the_page_of_frames_are_the_shortest() {
    let table = between(&ours().1["frames.html"], "<h2 id=\"varints\">", "</table>");
    let rows: Vec<(usize, Vec<u8>)> = table
        .split("<tr><td>")
        .skip(1)
        .map(|row| {
            (row.split('<').next().unwrap().parse().unwrap(), bytes(between(row, "<code>", "</code>")).collect())
        })
        .collect();
    assert!(rows.len() > 3);
    for (value, shown) in rows {
        let mut expected = Vec::new();
        varint(value, &mut expected);
        assert_eq!(shown, expected, "{value}");
    }
}

//! Frames with missing or extra parts are errors, and never another value.

use decthings_tests::codec::{Codec, join_request, join_response, split_request, split_response};

use super::link::{self, Link, Reader};
use super::{DEFINITION, cases};

#[test]
fn truncated_requests_are_rejected() {
    let codec = Codec::new(DEFINITION);
    for (method, params, result) in cases::all(&codec) {
        let (link, frame) = (Link::new(&result), codec.request("Nest", method, &params));
        link::block_on(async {
            for end in 0..frame.len() {
                assert!(link.handle(method, frame[..end].to_vec()).await.is_err(), "{method}: {params}, cut at {end}");
            }
        });
        assert_eq!(link.arrived(), None, "{method}");
    }
}

#[test]
fn requests_with_trailing_bytes_are_rejected() {
    let codec = Codec::new(DEFINITION);
    for (method, params, result) in cases::all(&codec) {
        let frame = [codec.request("Nest", method, &params), vec![0]].concat();
        assert!(link::block_on(Link::new(&result).handle(method, frame)).is_err(), "{method}: {params}");
    }
}

#[test]
fn truncated_responses_are_errors() {
    let codec = Codec::new(DEFINITION);
    for (method, _, result) in cases::all(&codec) {
        let (reader, frame) = (Reader::new(&codec, method), codec.response("Nest", method, &result));
        link::block_on(async {
            for end in 0..frame.len() {
                let read = reader.read(frame[..end].to_vec()).await;
                assert!(read.is_err(), "{method}: {result}, cut at {end}");
            }
        });
    }
}

#[test]
fn requests_with_a_wrong_blob_count_are_rejected() {
    let codec = Codec::new(DEFINITION);
    for (method, params, result) in cases::all(&codec) {
        let (link, frame) = (Link::new(&result), codec.request("Nest", method, &params));
        let (json, blobs) = split_request(&frame).unwrap();
        let json = std::str::from_utf8(json).unwrap();
        for blobs in one_less(&blobs).into_iter().chain((blobs.len() < 255).then(|| one_more(&blobs))) {
            let handled = link::block_on(link.handle(method, join_request(json, &blobs)));
            assert!(handled.is_err(), "{method}: {} blobs for {json}", blobs.len());
        }
    }
}

#[test]
fn responses_with_a_wrong_blob_count_are_errors() {
    let codec = Codec::new(DEFINITION);
    for (method, _, result) in cases::all(&codec) {
        let (reader, frame) = (Reader::new(&codec, method), codec.response("Nest", method, &result));
        let (json, blobs) = split_response(&frame).unwrap();
        let json = std::str::from_utf8(json).unwrap();
        for blobs in one_less(&blobs).into_iter().chain([one_more(&blobs)]) {
            let read = link::block_on(reader.read(join_response(json, &blobs)));
            assert!(read.is_err(), "{method}: {} blobs for {json}", blobs.len());
        }
    }
}

/// The blobs without one of them, for each of them.
fn one_less(blobs: &[Vec<u8>]) -> Vec<Vec<Vec<u8>>> {
    (0..blobs.len()).map(|missing| [&blobs[..missing], &blobs[missing + 1..]].concat()).collect()
}

fn one_more(blobs: &[Vec<u8>]) -> Vec<Vec<u8>> {
    [blobs, &[vec![7, 0, 0]]].concat()
}

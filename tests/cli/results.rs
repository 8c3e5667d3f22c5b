//! How results are printed.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use decthings::Tensor;
use decthings::tensor::npy;
use serde_json::{Value, json};

use super::program::{Service, wait};

/// Creates datasets; the ids.
fn datasets(service: &Service, count: usize) -> Vec<String> {
    let keys =
        json!([{"name": "x", "required": true, "rules": {"shape": [2], "allowedTypes": ["f32"], "annotations": []}}]);
    let create = |index| {
        let input = json!({"name": format!("d{index}"), "description": "Numbers.", "keys": keys}).to_string();
        let created = service.run_on("dataset create-dataset --input - --query .datasetId", input).ok();
        created.text().trim().to_owned()
    };
    (0..count).map(create).collect()
}

#[test]
fn lists_are_tables_and_objects_are_lines() {
    let service = Service::start();
    datasets(&service, 2);
    let shown = service.run("dataset get-datasets --sort name --sort-direction asc").ok();
    let lines: Vec<&str> = shown.text().lines().collect();
    assert!(lines.iter().any(|line| line.starts_with("total") && line.ends_with('2')), "{}", shown.text());
    let header = lines.iter().position(|line| line.starts_with("id ")).unwrap_or_else(|| panic!("{}", shown.text()));
    assert!(lines[header + 1].contains(" d0 ") && lines[header + 2].contains(" d1 "), "{}", shown.text());
    assert!(lines[header + 1].contains("GMT"), "a time: {}", shown.text());
}

#[test]
fn json_has_everything_and_filters_apply() {
    let service = Service::start();
    let ids = datasets(&service, 3);
    let all = service.run("dataset get-datasets --output json").ok().json();
    assert_eq!(all["total"], 3);
    let names =
        service.run_with(&["dataset", "get-datasets", "--sort", "name", "--query", "[.datasets[].name] | sort"]).ok();
    assert_eq!(names.text(), "[\"d0\",\"d1\",\"d2\"]\n");
    let first = service.run_with(&["dataset", "get-datasets", "--query", ".datasets[].id"]).ok();
    let mut printed: Vec<&str> = first.text().lines().collect();
    let mut ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    printed.sort();
    ids.sort();
    assert_eq!(printed, ids);
    service.run_with(&["dataset", "get-datasets", "--query", ".["]).failed(2);
    service.run_with(&["dataset", "get-datasets", "--query", ".total | keys"]).failed(1);
}

#[test]
fn all_pages_are_streamed_up_to_a_limit() {
    let service = Service::start();
    datasets(&service, 25);
    let lines = |arguments: &str| service.run(arguments).ok().text().lines().count();
    assert_eq!(lines("dataset get-datasets --all --output ndjson"), 25);
    assert_eq!(lines("dataset get-datasets --all --output ndjson --limit 7"), 7);
    assert_eq!(lines("dataset get-datasets --all --output ndjson --limit 22"), 22);
    assert_eq!(lines("dataset get-datasets --all"), 26, "a table with a header");
    let names = service.run("dataset get-datasets --all --sort name --sort-direction asc --query .name").ok();
    assert_eq!(names.text().lines().next(), Some("d0"));
}

#[test]
fn tensors_are_summed_up_and_saved_as_arrays() {
    let service = Service::start();
    let id = datasets(&service, 1).remove(0);
    npy::write_file(service.folder.join("x.npy"), &Tensor::from([[1.0_f32, 2.0], [3.0, 4.5]])).unwrap();
    service.run(&format!("dataset add-entries --dataset-id {id} --keys x=@x.npy")).ok();
    let get = format!("dataset get-entries --dataset-id {id} --entries [0,1]");
    let shown = service.run(&get).ok();
    assert!(shown.text().contains("f32 [2] 1.0 2.0"), "{}", shown.text());
    let array = service.run(&format!("{get} --output npy")).ok();
    assert_eq!(npy::read(array.bytes.into()).unwrap(), Tensor::from([[1.0_f32, 2.0], [3.0, 4.5]]));
    let json = service.run(&format!("{get} --output json")).ok().json();
    assert!(json.to_string().contains(r#"{"type":"f32","shape":[2],"data":[3.0,4.5]}"#), "{json}");
}

/// Creates a model with files; the id.
fn model(service: &Service) -> String {
    let input = json!({"name": "m", "description": "A model.", "options": {"type": "code", "language": "rust", "preset": "linear"}});
    let created = service.run_on("model create-model --input - --query .modelId", input.to_string()).ok();
    created.text().trim().to_owned()
}

#[test]
fn bytes_are_saved_as_files() {
    let service = Service::start();
    let id = model(&service);
    service.folder.write("w.bin", vec![7; 300_000]);
    let input = json!({"modelId": id, "name": "s", "data": [{"key": "../w", "data": {"$file": "w.bin"}}]});
    service.run_on("model upload-state --input -", input.to_string()).ok();
    let get = format!("model get-model-state --model-id {id}");
    let shown = service.run(&get).ok();
    assert!(shown.text().contains("KiB"), "{}", shown.text());
    let saved = service.run(&format!("{get} --save out --output json")).ok().json();
    assert!(saved.to_string().contains(r#"{"$file":"out/_w"}"#), "{saved}");
    assert_eq!(std::fs::read(service.folder.join("out/_w")).unwrap(), vec![7; 300_000]);
    let names: Vec<_> = std::fs::read_dir(service.folder.join("out")).unwrap().collect();
    assert_eq!(names.len(), 1, "no other files are left: {names:?}");
    let inline: Value = service.run(&format!("{get} --output json")).ok().json();
    assert_eq!(inline["data"][0]["data"]["$bytes"].as_str().unwrap().len(), 400_000);
}

#[test]
fn a_reader_may_close_the_output() {
    let service = Service::start();
    datasets(&service, 25);
    let mut command = service.command("dataset get-datasets --all --output ndjson");
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let errors = super::program::drain(child.stderr.take());
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert!(line.starts_with('{'));
    assert_eq!(wait(&mut child), Some(0));
    assert!(errors.join().unwrap().is_empty());
}

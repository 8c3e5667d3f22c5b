//! Requests: options, JSON, files, and how they are shown.

use decthings::Tensor;
use decthings::tensor::{npy, npz};
use serde_json::{Value, json};

use super::program::Program;

/// The JSON and the blobs of a request that is not sent.
fn request(program: &Program, arguments: &[&str]) -> (Value, Value) {
    let shown = program.run_with(&[arguments, &["--dry-run", "--output", "json"]].concat()).ok().json();
    (shown["json"].clone(), shown["blobs"].clone())
}

const TRAIN: [&str; 6] = ["model", "train", "--model-id", "m", "--new-state-name", "s"];

#[test]
fn options_are_parameters() {
    let (json, _) = request(
        &Program::alone(),
        &["model", "update-model", "--model-id", "m", "--properties.public-access", "--properties.name", "n"],
    );
    assert_eq!(json, json!({"modelId": "m", "properties": {"publicAccess": true, "name": "n"}}));
}

#[test]
fn named_values_unions_and_files_are_written_shortly() {
    let program = Program::alone();
    npy::write_file(program.folder.join("x.npy"), &Tensor::from([[1.0_f32, 2.0], [3.0, 4.0], [5.0, 6.0]])).unwrap();
    npz::write_file(program.folder.join("x.npz"), [("a", Tensor::from([7_i32, 8])), ("b", Tensor::from([9_i32]))])
        .unwrap();
    program.folder.write("x.csv", "label,width\n1,0.5\n2,0.25\n");
    let location = ["--execution-location", "persistentLauncher:p"];
    let params = [
        "--params",
        "x=@x.npy",
        "--params",
        "y=dataset:d/k/with/slashes",
        "--params",
        "z=@x.npz#a",
        "--params",
        "w=@x.csv#width",
        "--params",
        "v=u8:[1, 2]",
        "--params",
        "v=u8:[3, 4]",
    ];
    let (json, blobs) = request(&program, &[TRAIN.as_slice(), &location, &params].concat());
    assert_eq!(json["executionLocation"], json!({"type": "persistentLauncher", "persistentLauncherId": "p"}));
    assert_eq!(json["params"][1]["data"], json!({"type": "dataset", "datasetId": "d", "datasetKey": "k/with/slashes"}));
    let names: Vec<&str> =
        json["params"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["x", "y", "z", "w", "v"]);
    // Type, rank, dimension and elements of each tensor: 3 of 2 f32, 2 of i32, 2 of f64, 2 of 2 u8.
    let total: u64 = blobs.as_array().unwrap().iter().map(|len| len.as_u64().unwrap()).sum();
    assert_eq!(total, 3 * (3 + 8) + 2 * (2 + 4) + 2 * (2 + 8) + 2 * (3 + 2), "{blobs}");
}

#[test]
fn the_whole_request_can_be_json_which_options_override() {
    let program = Program::alone();
    let input = json!({"modelId": "a", "properties": {"name": "n", "description": "d"}}).to_string();
    let arguments = "model update-model --input - --model-id b --properties.name other --dry-run --output json";
    let shown = program.run_on(arguments, &input).ok().json();
    assert_eq!(shown["json"], json!({"modelId": "b", "properties": {"name": "other", "description": "d"}}));
    program.folder.write("request.json", &input);
    let shown = program.run("model update-model --input request.json --dry-run --output json").ok().json();
    assert_eq!(shown["json"]["modelId"], "a");
}

#[test]
fn bytes_come_from_files() {
    let program = Program::alone();
    program.folder.write("weights.bin", vec![1; 100_000]);
    let upload = ["model", "upload-state", "--model-id", "m", "--name", "n", "--data", "weights=@weights.bin"];
    let (_, blobs) = request(&program, &upload);
    assert_eq!(blobs, json!([100_000]));
    let input = json!({"modelId": "m", "name": "n", "data": [{"key": "k", "data": {"$file": "weights.bin"}}]});
    let shown = program.run_on("model upload-state --input - --dry-run --output json", input.to_string()).ok().json();
    assert_eq!(shown["blobs"], json!([100_000]));
    assert_eq!(shown["sources"][0]["from"], "weights.bin");
}

#[test]
fn what_cannot_be_read_names_the_option() {
    let program = Program::alone();
    program.folder.write("broken.npy", "no array");
    for (value, expected) in [
        ("x", "--params: expected name=data"),
        ("x=@missing.npy", "--params: x: cannot read `missing.npy`"),
        ("x=@broken.npy", "--params: x: cannot read `broken.npy`"),
        ("x=@notes.txt", "cannot tell the format of `notes.txt`"),
        ("x=u8:[1,", "--params: x: u8: "),
        ("x=u8:[[1], [2, 3]]", "differ in length"),
        ("{\"name\":", "--params: not JSON"),
        ("x=dataset:d", "expected datasetId/datasetKey"),
    ] {
        let location = ["--execution-location", "persistentLauncher:p", "--dry-run", "--params", value];
        let run = program.run_with(&[TRAIN.as_slice(), &location].concat()).failed(2);
        assert!(run.errors.contains(expected), "{value}: {}", run.errors);
    }
    let run = program.run("model get-models --offset many").failed(2);
    assert!(run.errors.contains("--offset: expected an integer, found `many`"), "{}", run.errors);
    let run = program.run_on("model get-models --input -", r#"{"ofset": 1}"#).failed(2);
    assert!(run.errors.contains("did you mean `offset`?"), "{}", run.errors);
}

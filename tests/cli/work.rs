//! Work that goes on.

use decthings::Tensor;
use decthings::tensor::npy;
use serde_json::json;

use super::program::Service;

const LOCATION: &str = r#"{"type": "temporaryLauncher", "spec": {"cpus": 1, "memoryMebibytes": 512}}"#;

/// A model with a state, and the arguments that train it.
fn training(service: &Service) -> (String, Vec<String>) {
    let options = json!({"type": "code", "language": "rust", "preset": "mlp"});
    let input = json!({"name": "m", "description": "A model.", "options": options}).to_string();
    let id = service.run_on("model create-model --input - --query .modelId", input).ok().text().trim().to_owned();
    let create = ["model", "create-state", "--model-id", &id, "--name", "s", "--params", "inputs=u32:2"];
    let rest = ["--params", "outputs=u32:2", "--execution-location", LOCATION];
    service.run_with(&[create.as_slice(), &rest].concat()).ok();
    let points: Vec<f32> = (0..100_u8).flat_map(|index| [f32::from(index % 2), f32::from(index % 5)]).collect();
    let classes: Vec<u32> = (0..100_u32).map(|index| index % 2).collect();
    npy::write_file(service.folder.join("x.npy"), &Tensor::new([100, 2], points).unwrap()).unwrap();
    npy::write_file(service.folder.join("y.npy"), &Tensor::vector(classes)).unwrap();
    let train = ["model", "train", "--model-id", &id, "--new-state-name", "t", "--params", "x=@x.npy", "--params"];
    let rest = ["y=@y.npy", "--execution-location", LOCATION];
    let arguments = [train.as_slice(), &rest].concat().into_iter().map(str::to_owned).collect();
    (id, arguments)
}

fn with<'a>(arguments: &'a [String], more: &[&'a str]) -> Vec<&'a str> {
    arguments.iter().map(String::as_str).chain(more.iter().copied()).collect()
}

#[test]
fn a_training_is_watched_until_its_outcome() {
    let service = Service::start();
    let (_, train) = training(&service);
    let run = service.run_with(&with(&train, &["--watch", "--output", "json"])).ok();
    assert!(run.json()["createdStateId"].is_string(), "{run:?}");
    assert!(run.errors.contains("loss "), "{}", run.errors);
    assert!(run.errors.contains("decthings watch model train --model-id "), "{}", run.errors);
}

#[test]
fn work_is_found_again() {
    let service = Service::start();
    let (_, train) = training(&service);
    let run = service.run_with(&with(&train, &["--output", "json"])).ok();
    assert!(run.json()["trainingSessionId"].is_string());
    let (_, hint) = run.errors.split_once("follow it with: decthings ").unwrap_or_else(|| panic!("{}", run.errors));
    let watched = service.run(&format!("{} --query .createdStateId", hint.trim())).ok();
    assert!(!watched.text().trim().is_empty());
}

#[test]
fn work_that_fails_says_why() {
    let service = Service::start();
    let (id, mut train) = training(&service);
    let index = train.iter().position(|argument| argument == "y=@y.npy").unwrap();
    train[index] = "y=u32:[9, 9]".to_owned();
    let run = service.run_with(&with(&train, &["--watch"]));
    assert!(matches!(run.code, Some(1 | 3)), "{run:?}");
    assert!(run.errors.contains("error: "), "{}", run.errors);
    let unknown = format!("watch model train --model-id {id} --training-session-id none");
    service.run(&unknown).failed(3);
}

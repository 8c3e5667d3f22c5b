//! A program of a model, which behaves as a file beside it says. Models start it through a script.

mod connection;

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use decthings::Tensor;
use serde_json::{Value, json};

use connection::Program;

/// Far longer than any test takes.
const FOREVER: Duration = Duration::from_secs(600);

/// Writes the files of a model whose code is this program.
pub fn write_model(folder: &Path, behavior: &str) {
    let program = std::env::current_exe().unwrap();
    let script = format!("#!/bin/sh\nexec '{}' --exact model_program::run --ignored --nocapture\n", program.display());
    std::fs::write(folder.join("main"), script).unwrap();
    std::fs::set_permissions(folder.join("main"), PermissionsExt::from_mode(0o755)).unwrap();
    std::fs::write(folder.join("behavior"), behavior).unwrap();
}

/// The program. As a test, it does nothing.
#[test]
#[ignore = "the program of models in other tests"]
fn run() {
    let Some(path) = std::env::var_os("IPC_PATH") else { return };
    let behavior = std::fs::read_to_string("behavior").unwrap();
    let (what, place) = behavior.split_once(" at ").unwrap_or((&behavior, ""));
    if place == "start" {
        misbehave(what, None);
    }
    let mut program = Program::connect(path);
    if place == "connection" {
        misbehave(what, Some(&mut program));
    }
    while let Some((method, params)) = program.command() {
        if place == method {
            misbehave_in_call(what, &mut program, &params);
            continue;
        }
        program.respond(what, &method, &params);
    }
}

/// What can go wrong at any time.
fn misbehave(what: &str, program: Option<&mut Program>) {
    match (what, program) {
        ("exit", _) => std::process::exit(3),
        ("abort", _) => std::process::abort(),
        ("hang", _) => std::thread::sleep(FOREVER),
        ("garbage", Some(program)) => program.send(&[0xff; 100]),
        ("close", Some(program)) => {
            program.close();
            std::thread::sleep(FOREVER);
        }
        (what, _) => panic!("unknown behavior {what}"),
    }
}

/// What can go wrong when a function is called.
fn misbehave_in_call(what: &str, program: &mut Program, params: &Value) {
    let id = params["id"].as_str().unwrap_or_default();
    let answer = json!({"id": id, "result": {}}).to_string();
    let header = |kind: u8, blobs: u32, length: u64| {
        let mut frame = vec![kind];
        if kind == 0 {
            frame.extend(blobs.to_be_bytes());
        }
        frame.extend(length.to_be_bytes());
        frame
    };
    match what {
        "fail" => program.answer(id, json!({"error": {"code": "exception", "details": "no such luck"}}), &[]),
        "fail briefly" => program.answer(id, json!({"error": "instantiated_model_not_found"}), &[]),
        "broken JSON" => program.message(b"{\"id\":", &[]),
        "long JSON" => program.send(&header(0, 0, u64::MAX)),
        "long event" => program.send(&header(1, 0, 1 << 40)),
        "many blobs" => program.send(&header(0, u32::MAX, 2)),
        "long blob" => {
            let mut frame = header(0, 1, answer.len() as u64);
            frame.extend(answer.as_bytes());
            frame.extend((1_u64 << 60).to_be_bytes());
            program.send(&frame);
        }
        "wrong end" => {
            let mut frame = header(0, 0, answer.len() as u64);
            frame.extend(answer.as_bytes());
            frame.push(7);
            program.send(&frame);
        }
        "cut" => {
            program.send(&header(0, 0, 100));
            std::process::exit(0);
        }
        "answer unknown" => program.answer("12345", json!({}), &[]),
        "report unknown" => program.message(br#"{"event": "unknown", "params": {}}"#, &[]),
        "read beyond" => {
            let dataset = params["params"][0]["dataset"].as_str().unwrap();
            program.request(dataset, 1, 1_000_000);
        }
        "read far beyond" => {
            let dataset = params["params"][0]["dataset"].as_str().unwrap();
            program.request(dataset, u64::MAX, u64::MAX);
        }
        "read unknown" => program.request("nothing", 0, 1),
        "shuffle unknown" => program.data_event(json!({"event": "shuffle", "datasets": ["9999"]})),
        "name too much" => program.event("provideStateData", json!({"commandId": id, "names": ["a", "b"]}), &[b"1"]),
        "provide twice" => {
            program.event("provideStateData", json!({"commandId": id, "names": ["a", "a"]}), &[b"1", b"2"])
        }
        "provide unknown" => program.event("provideStateData", json!({"commandId": "77", "names": ["a"]}), &[b"1"]),
        "measure nonsense" => {
            let training = &params["trainingSessionId"];
            program.event("trainingMetrics", json!({"trainingSessionId": training, "names": ["a"]}), &[b"nonsense"]);
        }
        "ignore cancellation" => std::thread::sleep(FOREVER),
        "flood" => {
            let training = &params["trainingSessionId"];
            let value = Tensor::from(vec![0_u8; 10_000]).to_bytes();
            for _ in 0..20_000 {
                let params = json!({"trainingSessionId": training, "names": ["a"]});
                program.event("trainingMetrics", params, &[&value]);
            }
            program.answer(id, json!({}), &[]);
            return;
        }
        "output too long" => output(program, id, &[1000], &Tensor::scalar(1.0_f32).to_bytes()),
        "output too short" => output(program, id, &[], b"rest"),
        "output nonsense" => output(program, id, &[4], b"\xff\xff\xff\xff"),
        "output twice" => {
            let one = json!({"name": "y", "byteSizes": []});
            program.answer(id, json!({"outputs": [one, one]}), &[b""]);
        }
        what => misbehave(what, Some(program)),
    }
    // The server ends this program, or has received its answer.
    while program.command().is_some() {}
    std::thread::sleep(FOREVER);
}

fn output(program: &mut Program, id: &str, sizes: &[usize], data: &[u8]) {
    program.answer(id, json!({"outputs": [{"name": "y", "byteSizes": sizes}]}), &[data]);
}

impl Program {
    /// The functions of a model that returns what it is given. Its state counts how often it was trained, and has what the
    /// models that it mounts have.
    fn respond(&mut self, what: &str, method: &str, params: &Value) {
        let id = params["id"].as_str().unwrap_or_default();
        match method {
            "callCreateModelState" => {
                let mut mounted = String::new();
                for other in params["otherModels"].as_array().unwrap() {
                    let path = Path::new(other["mountPath"].as_str().unwrap()).join("behavior");
                    mounted.push_str(&std::fs::read_to_string(path).unwrap());
                    for key in other["state"].as_array().unwrap() {
                        mounted.push_str(&String::from_utf8(self.read_all(key).concat()).unwrap());
                    }
                }
                let names = json!({"commandId": id, "names": ["count", "mounted"]});
                self.event("provideStateData", names, &[b"0", mounted.as_bytes()]);
                self.answer(id, json!({}), &[]);
            }
            "callInstantiateModel" => {
                let state = params["state"].as_array().unwrap();
                let count = state.iter().find(|key| key["name"] == "count").unwrap();
                let count = String::from_utf8(self.read_all(count).concat()).unwrap();
                std::fs::write("count", count).unwrap();
                println!("instantiated");
                eprintln!("process {}", std::process::id());
                self.answer(id, json!({}), &[]);
            }
            "callTrain" => {
                let training = &params["trainingSessionId"];
                let all = params["params"].as_array().unwrap();
                let datasets: Vec<&Value> = all.iter().map(|param| &param["dataset"]).collect();
                if what == "shuffle" {
                    self.data_event(json!({"event": "shuffle", "datasets": datasets}));
                }
                let columns: Vec<Vec<Vec<u8>>> = all.iter().map(|param| self.read_all(param)).collect();
                for (index, element) in columns[0].iter().enumerate() {
                    let blobs: Vec<&[u8]> = vec![element, &columns[columns.len() - 1][index]];
                    let names = json!({"trainingSessionId": training, "names": ["first", "last"]});
                    self.event("trainingMetrics", names, &blobs);
                    let progress = (index + 1) as f64 / columns[0].len() as f64;
                    self.event("trainingProgress", json!({"trainingSessionId": training, "progress": progress}), &[]);
                }
                if what == "wait to be cancelled" {
                    while self.command().is_some_and(|(method, _)| method != "callCancelTrain") {}
                }
                let count: u32 = std::fs::read_to_string("count").unwrap().parse().unwrap();
                std::fs::write("count", (count + 1).to_string()).unwrap();
                self.answer(id, json!({}), &[]);
            }
            "callEvaluate" => {
                let mut outputs = Vec::new();
                let mut all = Vec::new();
                for param in params["params"].as_array().unwrap() {
                    let data = self.read_all(param);
                    let sizes: Vec<usize> = data.iter().map(Vec::len).collect();
                    outputs.push(json!({"name": param["name"], "byteSizes": sizes}));
                    all.extend(data.concat());
                }
                if what == "tell the process" {
                    let process = Tensor::scalar(std::process::id()).to_bytes();
                    (outputs, all) = (vec![json!({"name": "process", "byteSizes": [process.len()]})], process.to_vec());
                }
                self.answer(id, json!({"outputs": outputs}), &[&all]);
            }
            "callGetModelState" => {
                let count = std::fs::read("count").unwrap();
                self.event("provideStateData", json!({"commandId": id, "names": ["count"]}), &[&count]);
                self.answer(id, json!({}), &[]);
            }
            _ => {}
        }
    }
}

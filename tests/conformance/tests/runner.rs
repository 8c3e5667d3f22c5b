//! The runner, with programs that answer well and badly.

use std::process::{Command, Output};

/// Runs the runner with a program in the language of the shell.
fn run(options: &[&str], script: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_conformance"));
    command.args(options).args(["--", "sh", "-c", script]).output().expect("the runner runs")
}

/// What the runner prints, which has to fail.
fn failure(options: &[&str], script: &str) -> String {
    let output = run(options, script);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    String::from_utf8(output.stdout).expect("text")
}

/// One case, which expects the value 252.
const ONE: &[&str] = &["--only", "varints/252"];

/// One case, which expects a rejection.
const REJECTED: &[&str] = &["--only", "varints/truncated after 1 bytes"];

/// A program that answers each line with this.
fn answering(answer: &str) -> String {
    format!("while read -r line; do echo '{answer}'; done")
}

#[test]
fn client_of_this_repository_passes() {
    let output = Command::new(env!("CARGO_BIN_EXE_conformance")).output().expect("the runner runs");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}");
    for file in ["calls", "messages", "requests", "responses", "tensors", "varints"] {
        let line = text.lines().find(|line| line.starts_with(&format!("{file}.json"))).expect("a line for each file");
        assert!(line.contains(" 0 failed     0 unsupported"), "{line}");
    }
}

/// The other revision of the API, with the first argument of the client.
#[test]
fn client_of_this_repository_passes_the_revision_with_weights() {
    let runner = || Command::new(env!("CARGO_BIN_EXE_conformance"));
    let output = runner().args(["--revision", "weights"]).output().expect("the runner runs");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}");
    assert_eq!(text.matches(" 0 failed     0 unsupported").count(), 3, "{text}");
    let output = runner().args(["--revision", "weights", "--recorded"]).output().expect("the runner runs");
    assert_eq!(output.status.code(), Some(2), "nothing of it was recorded");
}

#[test]
fn right_answers_pass() {
    let output = run(ONE, &answering(r#"{"value":"252"}"#));
    assert!(output.status.success(), "{output:?}");
    assert!(run(REJECTED, &answering(r#"{"rejected":"it is truncated"}"#)).status.success());
}

#[test]
fn wrong_answers_fail_with_what_was_expected() {
    let text = failure(ONE, &answering(r#"{"value":"253"}"#));
    assert!(text.contains("failed: varints/252\n"), "{text}");
    assert!(text.contains(r#"expected {"value":"252"}"#) && text.contains(r#"got      {"value":"253"}"#), "{text}");
    let text = failure(REJECTED, &answering(r#"{"value":"1"}"#));
    assert!(text.contains("expected rejected") && text.contains(r#"got      {"value":"1"}"#), "{text}");
    let text = failure(ONE, &answering(r#"{"rejected":"no"}"#));
    assert!(text.contains(r#"got      {"rejected":"no"}"#), "{text}");
    let text = failure(ONE, &answering(r#"{"value":"252","more":1}"#));
    assert!(text.contains("1 failed"), "{text}");
}

#[test]
fn unsupported_cases_are_counted_apart() {
    let output = run(ONE, &answering(r#"{"unsupported":"varints"}"#));
    assert!(output.status.success());
    assert!(String::from_utf8_lossy(&output.stdout).contains("0 passed     0 failed     1 unsupported"), "{output:?}");
}

#[test]
fn programs_that_die_fail_and_are_started_again() {
    let options = ["--only", "varints/25"];
    let text =
        failure(&options, r#"read -r line; case "$line" in *'"fc"'*) exit 3;; *) echo '{"value":"253"}';; esac; cat"#);
    assert!(text.contains("ended without an answer: exit status: 3"), "{text}");
    // The second process answers 253, and then repeats each line.
    assert!(text.contains("1 passed     4 failed"), "{text}");
}

#[test]
fn programs_that_hang_fail_and_are_killed() {
    let options = [ONE, &["--timeout", "0.2"]].concat();
    let text = failure(&options, "exec sleep 60");
    assert!(text.contains("wrote no line within 200ms"), "{text}");
    let text = failure(&options, r#"read -r line; echo '{"value":"252"}'; exec sleep 60"#);
    assert!(text.contains("the program did not end within 200ms after the end of its input"), "{text}");
}

#[test]
fn programs_that_never_answer_are_given_up() {
    let text = failure(&["--only", "varints/", "--timeout", "0.05"], "exec sleep 60");
    assert!(text.contains("failed: all further cases, as the last 5 had no answer"), "{text}");
}

#[test]
fn output_that_is_no_answer_fails() {
    for (garbage, reason) in
        [("hello", "wrote no JSON object: hello"), ("[1]", "wrote no JSON object: [1]"), ("", "wrote no JSON object")]
    {
        let text = failure(ONE, &answering(garbage));
        assert!(text.contains(reason), "{text}");
    }
}

#[test]
fn extra_lines_fail() {
    let text = failure(ONE, &answering("{\"value\":\"252\"}\n{}"));
    assert!(text.contains("failed: the program wrote a line too many: {}"), "{text}");
}

#[test]
fn programs_that_cannot_be_started_are_an_error() {
    let output = Command::new(env!("CARGO_BIN_EXE_conformance")).args(["--", "./no-such-program"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("cannot start ./no-such-program"), "{output:?}");
}

#[test]
fn written_frames_are_compared_in_parts() {
    let options = ["--only", "requests/no blobs"];
    let frame = |hex: &str| answering(&format!(r#"{{"hex":"{hex}"}}"#));
    let json = "7b226d6f64656c4964223a226d227d";
    let spaced = "7b20226d6f64656c496422203a20226d227d";
    // The other case of the vector is for servers.
    assert!(failure(&options, &frame(&format!("000f{json}"))).contains("1 passed     1 failed"));
    assert!(failure(&options, &frame(&format!("0012{spaced}"))).contains("1 passed     1 failed"));
    for (hex, reason) in [
        (format!("00fd000f{json}"), "a length is longer than needed"),
        (format!("010f00{json}"), "the blobs are []"),
        (format!("000f{json}00"), "1 bytes are left"),
        ("00027b7d".to_owned(), "the JSON is {}"),
        ("zz".to_owned(), "there is no `hex`"),
    ] {
        let text = failure(&options, &frame(&hex));
        assert!(text.contains(reason) && text.contains("2 failed"), "{text}");
    }
}

#[test]
fn names_without_cases_are_an_error() {
    assert_eq!(run(&["--only", "no such case"], "cat").status.code(), Some(2));
}

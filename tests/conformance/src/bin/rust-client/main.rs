//! The client `decthings` as a program under test, through its public interface: it answers a case on each line of standard
//! input.

mod http;
mod messages;
mod params;
mod socket;
mod values;

use std::io::{BufRead as _, Write as _};

use serde_json::{Value, json};

/// An answer, or why the input is rejected or the operation is not supported.
type Answer = Result<Value, NoAnswer>;

/// Why there is no answer.
enum NoAnswer {
    Rejected(String),
    Unsupported(String),
}

impl<E: std::error::Error> From<E> for NoAnswer {
    fn from(error: E) -> Self {
        Self::Rejected(error.to_string())
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::io::Result<()> {
    let mut output = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let case: Value = serde_json::from_str(&line?)?;
        let answer = match answer(&case).await {
            Ok(answer) => answer,
            Err(NoAnswer::Rejected(reason)) => json!({ "rejected": reason }),
            Err(NoAnswer::Unsupported(reason)) => json!({ "unsupported": reason }),
        };
        writeln!(output, "{answer}")?;
        output.flush()?;
    }
    Ok(())
}

async fn answer(case: &Value) -> Answer {
    match case["operation"].as_str().unwrap_or_default() {
        "readVarint" => values::read_varint(case),
        "readTensor" => values::read_tensor(case),
        "writeTensor" => values::write_tensor(case),
        "writeRequest" => http::write_request(case).await,
        "readRequest" => http::read_request(case),
        "readResponse" => http::read_response(case).await,
        "writeCall" => socket::write_call(case).await,
        "readMessage" => messages::read_message(case).await,
        other => Err(NoAnswer::Unsupported(format!("no operation `{other}`"))),
    }
}

/// A text member of a case.
fn text<'c>(case: &'c Value, member: &str) -> &'c str {
    case[member].as_str().unwrap_or_default()
}

/// The bytes of a case.
fn bytes(case: &Value) -> Vec<u8> {
    decthings_conformance::unhex(text(case, "hex")).unwrap_or_default()
}

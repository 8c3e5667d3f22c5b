//! The JSON of messages.

use decthings::types::ParameterDefinition;
use serde::{Deserialize, Serialize};

/// What the server asks a program to do.
#[derive(Serialize)]
#[serde(tag = "method", content = "params", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(super) enum Command<'a> {
    Initialize {
        path: &'a str,
    },
    CallCreateModelState {
        id: &'a str,
        params: Vec<Param>,
        other_models: Vec<OtherModel>,
    },
    CallInstantiateModel {
        id: &'a str,
        instantiated_model_id: &'a str,
        state: Vec<Param>,
        other_models: Vec<OtherModel>,
    },
    CallTrain {
        id: &'a str,
        instantiated_model_id: &'a str,
        training_session_id: &'a str,
        params: Vec<Param>,
    },
    CallCancelTrain {
        training_session_id: &'a str,
    },
    CallEvaluate {
        id: &'a str,
        instantiated_model_id: &'a str,
        params: Vec<Param>,
        expected_output_types: &'a [ParameterDefinition],
    },
    CallGetModelState {
        id: &'a str,
        instantiated_model_id: &'a str,
    },
}

/// Data that a program can ask for.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Param {
    pub(super) name: String,
    /// The id by which it asks for the data.
    pub(super) dataset: String,
    /// The number of elements.
    pub(super) amount: u32,
    pub(super) total_byte_size: u64,
}

/// Another model whose files a program can read.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OtherModel {
    pub(super) id: String,
    pub(super) mount_path: String,
    /// Only where a new state is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) state: Option<Vec<Param>>,
}

/// What a program reports on its own.
#[derive(Debug, Deserialize)]
#[serde(tag = "event", content = "params", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(super) enum Event {
    ModelSessionInitialized { error: Option<CallError> },
    ProvideStateData { command_id: String, names: Vec<String> },
    TrainingProgress { training_session_id: String, progress: f64 },
    TrainingMetrics { training_session_id: String, names: Vec<String> },
}

/// What a program wants of its data.
#[derive(Debug, Deserialize)]
#[serde(tag = "event", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(super) enum DataEvent {
    RequestData { request_id: u32, dataset: String, start_index: u64, amount: u64 },
    Shuffle { datasets: Vec<String> },
}

/// The answer to a command.
#[derive(Debug, Deserialize)]
pub(super) struct Answer {
    pub(super) id: String,
    #[serde(default)]
    pub(super) result: CallResult,
}

/// The result of a function.
#[derive(Debug, Default, Deserialize)]
pub(super) struct CallResult {
    pub(super) error: Option<CallError>,
    pub(super) outputs: Option<Vec<OutputSizes>>,
}

/// The tensors of an output, and how long each is.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OutputSizes {
    pub(super) name: String,
    pub(super) byte_sizes: Vec<u64>,
}

/// Why a function failed. Some programs send the code alone.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum CallError {
    Code(String),
    Details { code: String, details: Option<String> },
}

impl CallError {
    /// A text for the author of the model.
    pub(super) fn into_details(self) -> String {
        let (code, details) = match self {
            Self::Code(code) => (code, None),
            Self::Details { code, details } => (code, details),
        };
        details.unwrap_or_else(|| match code.as_str() {
            "exception" => "the code failed, and gave no details".to_owned(),
            "disposed" => "the instantiated model was disposed of before it was ready".to_owned(),
            _ => format!("the code failed with {code:?}"),
        })
    }
}

/// A message that is an answer or an event.
pub(super) enum Message {
    Answer(Answer),
    Event(Event),
}

/// Parses the JSON of a message that is not about data.
pub(super) fn parse(json: &[u8]) -> Result<Message, String> {
    let value: serde_json::Value = parse_json(json)?;
    let parsed = if value.get("event").is_some() {
        serde_json::from_value(value).map(Message::Event)
    } else {
        serde_json::from_value(value).map(Message::Answer)
    };
    parsed.map_err(|error| format!("{error} in {}", excerpt(json)))
}

/// Parses the JSON of a message about data.
pub(super) fn parse_data_event(json: &[u8]) -> Result<DataEvent, String> {
    parse_json(json)
}

fn parse_json<'a, T: Deserialize<'a>>(json: &'a [u8]) -> Result<T, String> {
    serde_json::from_slice(json).map_err(|error| format!("{error} in {}", excerpt(json)))
}

/// The start of a message, for an error.
fn excerpt(json: &[u8]) -> String {
    const CHARACTERS: usize = 200;
    let text = String::from_utf8_lossy(json.get(..CHARACTERS.saturating_mul(4)).unwrap_or(json));
    text.chars().take(CHARACTERS).collect()
}

//! The floor: what a call costs at least.
//!
//! Bare reqwest or tungstenite with the least code by hand that gives the same typed values as this project's crate:
//! plain serde derives, and as few copies. It has no retries, deadlines, limits or messages for users.

mod events;
mod models;
mod tensor;
mod train;

use anyhow::{Result, bail, ensure};
use bytes::{Buf, Bytes};
use serde::Deserialize;
use serde::de::DeserializeOwned;

pub use self::events::{Event, read_event};
pub use self::models::Models;
pub use self::tensor::{Tensor, read_entries};
pub use self::train::{ExecutionLocation, Parameter, ParameterData, TrainRequest, TrainResult};

/// A client of bare reqwest.
#[derive(Clone)]
pub struct Floor {
    http: reqwest::Client,
    url: String,
}

impl Floor {
    pub fn new(url: &str) -> Result<Self> {
        Ok(Self { http: reqwest::Client::builder().no_proxy().build()?, url: url.to_owned() })
    }

    /// Posts the body of a call such as `Model/train`, and gives the result and the blobs after it.
    pub async fn call<T: DeserializeOwned>(&self, method: &str, body: impl Into<reqwest::Body>) -> Result<(T, Bytes)> {
        let request = self.http.post(format!("{}/{method}", self.url));
        let request = request.header("content-type", "application/octet-stream").body(body);
        let mut body = request.send().await?.error_for_status()?.bytes().await?;
        match read_json(&take_sized(&mut body)?)? {
            Response::Result(result) => Ok((result, body)),
            Response::Error(error) => bail!("the error {}", error.code),
        }
    }
}

/// The JSON of a response.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Response<T> {
    Result(T),
    Error(ApiError),
}

#[derive(Deserialize)]
pub struct ApiError {
    code: String,
}

/// Reads JSON. Text that has been checked as a whole is read faster than bytes, of which each string is checked.
fn read_json<T: DeserializeOwned>(json: &[u8]) -> Result<T> {
    Ok(serde_json::from_str(std::str::from_utf8(json)?)?)
}

/// Takes bytes that follow their length.
fn take_sized(input: &mut Bytes) -> Result<Bytes> {
    let len = usize::try_from(take_varint(input)?)?;
    ensure!(len <= input.len(), "the response ends too early");
    Ok(input.split_to(len))
}

fn take_varint(input: &mut Bytes) -> Result<u64> {
    Ok(match input.try_get_u8()? {
        253 => input.try_get_u16()?.into(),
        254 => input.try_get_u32()?.into(),
        255 => input.try_get_u64()?,
        small => small.into(),
    })
}

//! `Model.train`.

use serde::{Deserialize, Serialize};

use super::Tensor;
use crate::frames::{put_varint, varint_len};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TrainRequest<'a> {
    pub model_id: &'a str,
    pub new_state_name: &'a str,
    pub params: &'a [Parameter<'a>],
    pub execution_location: ExecutionLocation,
}

#[derive(Serialize)]
pub struct Parameter<'a> {
    pub name: &'a str,
    #[serde(skip_serializing_if = "ParameterData::is_tensors")]
    pub data: ParameterData<'a>,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum ParameterData<'a> {
    #[serde(skip)]
    Tensors(&'a [Tensor]),
    Dataset {
        dataset_id: &'a str,
        dataset_key: &'a str,
    },
}

impl ParameterData<'_> {
    fn is_tensors(&self) -> bool {
        matches!(self, Self::Tensors(_))
    }
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum ExecutionLocation {
    TemporaryLauncher { spec: LauncherSpec },
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LauncherSpec {
    cpus: f64,
    memory_mebibytes: u32,
}

impl ExecutionLocation {
    pub fn temporary_launcher(cpus: f64, memory_mebibytes: u32) -> Self {
        Self::TemporaryLauncher { spec: LauncherSpec { cpus, memory_mebibytes } }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TrainResult {
    pub training_session_id: String,
}

impl TrainRequest<'_> {
    /// The body in one piece: each tensor is copied once.
    pub fn body(&self) -> serde_json::Result<Vec<u8>> {
        let json = serde_json::to_vec(self)?;
        let blobs = self.params.iter().filter_map(|parameter| match parameter.data {
            ParameterData::Tensors(tensors) => Some(tensors),
            ParameterData::Dataset { .. } => None,
        });
        let blobs: Vec<&[Tensor]> = blobs.collect();
        let lens: Vec<usize> = blobs.iter().map(|blob| blob.iter().map(Tensor::encoded_len).sum()).collect();
        let sizes = [json.len()].into_iter().chain(lens.iter().copied());
        let mut body = Vec::with_capacity(sizes.clone().map(|size| size + varint_len(size as u64)).sum::<usize>() + 1);
        body.push(blobs.len() as u8);
        for size in sizes {
            put_varint(&mut body, size as u64);
        }
        body.extend(json);
        for tensor in blobs.into_iter().flatten() {
            tensor.encode(&mut body);
        }
        Ok(body)
    }
}

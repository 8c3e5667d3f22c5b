//! States in a debug session: made, loaded, read, downloaded. None of them becomes a state of the model.

use std::sync::Arc;

use decthings::api::debug::{
    CallCreateModelStateRequest, CallEvaluateRequest, CallEvaluateResult, CallGetModelStateRequest,
    CallInstantiateModelRequest, CallInstantiateModelResult, DownloadStateDataRequest, StateSource,
};
use decthings::types::{DebugStateData, Parameter, StateData};

use super::session::DebugSession;
use super::sessions::find;
use crate::compute::{self, ComputeError};
use crate::fail::Fail;
use crate::local::Local;
use crate::presets::{self, OUTPUT};
use crate::services::model::states::read_parts;
use crate::store::states::{self, Parts};

pub(super) async fn call_create_model_state(
    local: &Local,
    request: CallCreateModelStateRequest,
) -> Result<DebugStateData, Fail> {
    let session = find(local, &request.debug_session_id)?;
    let preset = session.preset;
    let definitions = presets::definitions(preset).create_state;
    let inputs = presets::resolve(&local.store(), &definitions, request.params, "params")?;
    let work = move |_: &_| preset.create_state(&presets::create_options(preset, &inputs)?);
    let parts = session.call(local, session.durations.create_state, work).await?;
    keep(local, &session, Arc::new(parts))
}

pub(super) async fn call_instantiate_model(
    local: &Local,
    request: CallInstantiateModelRequest,
) -> Result<CallInstantiateModelResult, Fail> {
    let session = find(local, &request.debug_session_id)?;
    let parts = match &request.state_data {
        StateSource::Data(source) => Arc::new(read_parts("stateData.data", &source.data)?),
        StateSource::DataId(source) => session.data(&source.data_id)?,
        _ => return Err(Fail::invalid("stateData.type", "must be data or dataId")),
    };
    let (preset, own) = (session.preset.name(), parts.clone());
    let work = move |_: &_| {
        let config = compute::inspect(&own)?;
        if config.preset == preset {
            return Ok(());
        }
        let reason = format!("it belongs to the preset `{}`, not to `{preset}`", config.preset);
        Err(ComputeError::InvalidState { reason })
    };
    session.call(local, session.durations.instantiate_model, work).await?;
    Ok(CallInstantiateModelResult::new(session.keep_instance(local, parts)?))
}

pub(super) async fn call_evaluate(local: &Local, request: CallEvaluateRequest) -> Result<CallEvaluateResult, Fail> {
    let session = find(local, &request.debug_session_id)?;
    let state = session.instance(&request.instantiated_model_id)?;
    let preset = session.preset;
    let definitions = presets::definitions(preset).evaluate_input;
    let inputs = presets::resolve(&local.store(), &definitions, request.params, "params")?;
    let work = move |sign: &_| presets::evaluate(preset, &state, &inputs, sign);
    let output = session.call(local, session.durations.evaluate, work).await?;
    Ok(CallEvaluateResult::new([Parameter::new(OUTPUT, output)]))
}

/// What training has made of the model so far stays as it is.
pub(super) async fn call_get_model_state(
    local: &Local,
    request: CallGetModelStateRequest,
) -> Result<DebugStateData, Fail> {
    let session = find(local, &request.debug_session_id)?;
    let parts = session.instance(&request.instantiated_model_id)?;
    keep(local, &session, parts)
}

fn keep(local: &Local, session: &DebugSession, parts: Parts) -> Result<DebugStateData, Fail> {
    let keys = states::keys(&parts);
    Ok(DebugStateData::new(session.keep_data(local, parts)?, keys))
}

pub(super) fn download_state_data(local: &Local, request: &DownloadStateDataRequest) -> Result<StateData, Fail> {
    let session = find(local, &request.debug_session_id)?;
    states::data(&session.data(&request.data_id)?, request.keys.as_deref())
}

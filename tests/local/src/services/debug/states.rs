//! States in a debug session: made, loaded, read, downloaded. They are not states of the model.

use std::sync::Arc;

use decthings::api::debug::{
    CallCreateModelStateRequest, CallEvaluateRequest, CallEvaluateResult, CallGetModelStateRequest,
    CallInstantiateModelRequest, CallInstantiateModelResult, DownloadStateDataRequest, StateSource,
};
use decthings::types::{DebugStateData, Parameter, StateData};

use super::session::{DebugSession, Shared};
use crate::compute::error::ComputeError;
use crate::compute::state::inspect;
use crate::error::CallError;
use crate::presets::functions;
use crate::presets::parameters::{OUTPUT, parameter_definitions};
use crate::services::common::parameters::resolve_inputs;
use crate::services::common::states::read_parts;
use crate::store::states::{self, Parts};

pub(super) async fn call_create_model_state(
    shared: &Shared,
    request: CallCreateModelStateRequest,
) -> Result<DebugStateData, CallError> {
    let session = shared.find(&request.debug_session_id)?;
    let preset = session.preset;
    let definitions = parameter_definitions(preset).create_state;
    let inputs = resolve_inputs(&shared.context.store(), &definitions, request.params, "params")?;
    let work = move |_: &_| functions::create_state(preset, &inputs);
    let parts = session.call(session.durations.create_state, work).await?;
    keep(shared, &session, Arc::new(parts))
}

pub(super) async fn call_instantiate_model(
    shared: &Shared,
    request: CallInstantiateModelRequest,
) -> Result<CallInstantiateModelResult, CallError> {
    let session = shared.find(&request.debug_session_id)?;
    let parts = match &request.state_data {
        StateSource::Data(source) => Arc::new(read_parts("stateData.data", &source.data)?),
        StateSource::DataId(source) => session.data(&source.data_id)?,
        _ => return Err(CallError::invalid("stateData.type", "must be data or dataId")),
    };
    let (preset, own) = (session.preset.name(), parts.clone());
    let work = move |_: &_| {
        let config = inspect(&own)?;
        if config.preset == preset {
            return Ok(());
        }
        let reason = format!("it belongs to the preset `{}`, not to `{preset}`", config.preset);
        Err(ComputeError::InvalidState { reason })
    };
    session.call(session.durations.instantiate_model, work).await?;
    Ok(CallInstantiateModelResult::new(session.keep_instance(&shared.sessions, parts)?))
}

pub(super) async fn call_evaluate(
    shared: &Shared,
    request: CallEvaluateRequest,
) -> Result<CallEvaluateResult, CallError> {
    let session = shared.find(&request.debug_session_id)?;
    let state = session.instance(&request.instantiated_model_id)?;
    let preset = session.preset;
    let definitions = parameter_definitions(preset).evaluate_input;
    let inputs = resolve_inputs(&shared.context.store(), &definitions, request.params, "params")?;
    let work = move |signal: &_| functions::evaluate(preset, &state, &inputs, signal);
    let output = session.call(session.durations.evaluate, work).await?;
    Ok(CallEvaluateResult::new([Parameter::new(OUTPUT, output)]))
}

/// The state of an instantiated model, with what training has changed so far.
pub(super) async fn call_get_model_state(
    shared: &Shared,
    request: CallGetModelStateRequest,
) -> Result<DebugStateData, CallError> {
    let session = shared.find(&request.debug_session_id)?;
    let parts = session.instance(&request.instantiated_model_id)?;
    keep(shared, &session, parts)
}

fn keep(shared: &Shared, session: &DebugSession, parts: Parts) -> Result<DebugStateData, CallError> {
    let keys = states::keys(&parts);
    Ok(DebugStateData::new(session.keep_data(&shared.sessions, parts)?, keys))
}

pub(super) fn download_state_data(shared: &Shared, request: DownloadStateDataRequest) -> Result<StateData, CallError> {
    let session = shared.find(&request.debug_session_id)?;
    states::data(&session.data(&request.data_id)?, request.keys.as_deref())
}

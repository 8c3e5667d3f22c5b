//! States in a debug session: made, loaded, read, downloaded. They are not states of the model.

use std::sync::Arc;

use decthings::api::debug::{
    CallCreateModelStateRequest, CallEvaluateRequest, CallEvaluateResult, CallGetModelStateRequest,
    CallInstantiateModelRequest, CallInstantiateModelResult, DownloadStateDataRequest, StateSource,
};
use decthings::types::{DebugStateData, StateData};

use super::session::{DebugSession, Shared};
use crate::error::CallError;
use crate::services::common::parameters::resolve_inputs;
use crate::services::common::states::read_parts;
use crate::store::code::Function;
use crate::store::states::{self, Parts};

pub(super) async fn call_create_model_state(
    shared: &Shared,
    request: CallCreateModelStateRequest,
) -> Result<DebugStateData, CallError> {
    let session = shared.find(&request.debug_session_id)?;
    let inputs =
        resolve_inputs(&shared.context.store(), &session.code, Function::CreateState, request.params, "params")?;
    let call = session.begin_call(session.durations.create_state).await?;
    let parts = call.run(call.runtime.create_state(call.limit(), inputs)).await?;
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
    session.check_instance(&shared.sessions, &parts)?;
    let call = session.begin_call(session.durations.instantiate_model).await?;
    let id = call.run(call.runtime.instantiate(call.limit(), &parts)).await?;
    session.keep_instance(&id, states::size(&parts));
    Ok(CallInstantiateModelResult::new(id))
}

pub(super) async fn call_evaluate(
    shared: &Shared,
    request: CallEvaluateRequest,
) -> Result<CallEvaluateResult, CallError> {
    let session = shared.find(&request.debug_session_id)?;
    session.check_instantiated(&request.instantiated_model_id)?;
    let inputs = resolve_inputs(&shared.context.store(), &session.code, Function::Evaluate, request.params, "params")?;
    let call = session.begin_call(session.durations.evaluate).await?;
    let output = call.runtime.evaluate(call.limit(), &request.instantiated_model_id, inputs);
    Ok(CallEvaluateResult::new(call.run(output).await?))
}

/// The state of an instantiated model, with what training has changed so far.
pub(super) async fn call_get_model_state(
    shared: &Shared,
    request: CallGetModelStateRequest,
) -> Result<DebugStateData, CallError> {
    let session = shared.find(&request.debug_session_id)?;
    session.check_instantiated(&request.instantiated_model_id)?;
    let call = session.begin_call(session.durations.instantiate_model).await?;
    let parts = call.run(call.runtime.state(call.limit(), &request.instantiated_model_id)).await?;
    keep(shared, &session, Arc::new(parts))
}

fn keep(shared: &Shared, session: &DebugSession, parts: Parts) -> Result<DebugStateData, CallError> {
    let keys = states::keys(&parts);
    Ok(DebugStateData::new(session.keep_data(&shared.sessions, parts)?, keys))
}

pub(super) fn download_state_data(shared: &Shared, request: DownloadStateDataRequest) -> Result<StateData, CallError> {
    let session = shared.find(&request.debug_session_id)?;
    states::data(&session.data(&request.data_id)?, request.keys.as_deref())
}

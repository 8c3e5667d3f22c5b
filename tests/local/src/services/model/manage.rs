//! Models: updated, deleted, listed.

use decthings::api::model::{
    DeleteModelRequest, DeleteModelResult, GetModelsRequest, GetModelsResult, UpdateModelRequest, UpdateModelResult,
};

use crate::context::Context;
use crate::error::CallError;
use crate::services::common::check;
use crate::store::code::Code;
use crate::store::listing::{Query, check_name_is_free};

pub(super) fn delete_model(context: &Context, request: DeleteModelRequest) -> Result<DeleteModelResult, CallError> {
    let mut store = context.change();
    let removed = store.models.remove(&request.model_id).ok_or(CallError::ModelNotFound)?;
    store.commit()?;
    removed.stop_all();
    Ok(DeleteModelResult::new())
}

pub(super) fn update_model(context: &Context, request: UpdateModelRequest) -> Result<UpdateModelResult, CallError> {
    let changes = request.properties;
    let mut store = context.change();
    let mut code = store.model(&request.model_id)?.code.clone();
    check::changes(changes.name.as_deref(), changes.description.as_deref(), changes.tags.as_deref())?;
    if let Some(name) = &changes.name {
        check_name_is_free(store.models.values(), name, Some(&request.model_id))?;
    }
    if let Some(given) = changes.parameter_definitions {
        check::definitions("properties.parameterDefinitions", &code, &given)?;
        if let Code::Own(definitions) = &mut code {
            *definitions = Some(given);
        }
    }
    let launchers = changes.default_launcher_specs;
    let (create_state, evaluate) = launchers.map_or((None, None), |specs| (specs.create_state, specs.evaluate));
    for (name, spec) in [("createState", &create_state), ("evaluate", &evaluate)] {
        if let Some(spec) = spec {
            check::launcher(&format!("properties.defaultLauncherSpecs.{name}"), spec)?;
        }
    }
    if let Some(durations) = &changes.max_durations_seconds {
        check::max_durations("properties.maxDurationsSeconds", durations)?;
    }
    let model = store.model_mut(&request.model_id)?;
    model.code = code;
    model.name = changes.name.unwrap_or_else(|| model.name.clone());
    model.description = changes.description.unwrap_or_else(|| model.description.clone());
    model.public_access = changes.public_access.unwrap_or(model.public_access);
    model.tags = changes.tags.unwrap_or_else(|| model.tags.clone());
    model.launchers.create_state = create_state.unwrap_or_else(|| model.launchers.create_state.clone());
    model.launchers.evaluate = evaluate.unwrap_or_else(|| model.launchers.evaluate.clone());
    model.durations = changes.max_durations_seconds.unwrap_or_else(|| model.durations.clone());
    store.commit()?;
    Ok(UpdateModelResult::new())
}

pub(super) fn get_models(context: &Context, request: GetModelsRequest) -> Result<GetModelsResult, CallError> {
    let query = Query::new(request.offset, request.limit, request.sort, request.sort_direction, request.filter);
    let store = context.store();
    let page = query.page(store.models.values())?;
    let models = page.items.into_iter().map(|model| model.view(store.base_is_gone(model)));
    Ok(GetModelsResult::new(models, page.total, page.offset, page.limit))
}

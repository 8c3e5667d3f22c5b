//! Models themselves: changed, deleted, listed.

use decthings::api::model::{
    DeleteModelRequest, DeleteModelResult, GetModelsRequest, GetModelsResult, UpdateModelRequest, UpdateModelResult,
};

use super::create::check_free;
use crate::fail::Fail;
use crate::local::Local;
use crate::store::listing::Query;
use crate::{check, presets};

pub(super) fn delete_model(local: &Local, request: &DeleteModelRequest) -> Result<DeleteModelResult, Fail> {
    let removed = local.store().models.remove(&request.model_id);
    removed.ok_or(Fail::ModelNotFound)?.stop_all();
    Ok(DeleteModelResult::new())
}

pub(super) fn update_model(local: &Local, request: UpdateModelRequest) -> Result<UpdateModelResult, Fail> {
    let changes = request.properties;
    let mut store = local.store();
    let preset = store.model(&request.model_id)?.preset;
    if let Some(name) = &changes.name {
        check::name("properties.name", name)?;
        check_free(&store, name, Some(&request.model_id))?;
    }
    if let Some(description) = &changes.description {
        check::description("properties.description", description)?;
    }
    if let Some(tags) = &changes.tags {
        check::tags("properties.tags", tags)?;
    }
    if changes.parameter_definitions.is_some_and(|given| given != presets::definitions(preset)) {
        let reason = format!("the preset `{}` has definitions of its own", preset.name());
        return Err(Fail::invalid("properties.parameterDefinitions", reason));
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
    model.name = changes.name.unwrap_or_else(|| model.name.clone());
    model.description = changes.description.unwrap_or_else(|| model.description.clone());
    model.public_access = changes.public_access.unwrap_or(model.public_access);
    model.tags = changes.tags.unwrap_or_else(|| model.tags.clone());
    model.launchers.create_state = create_state.unwrap_or_else(|| model.launchers.create_state.clone());
    model.launchers.evaluate = evaluate.unwrap_or_else(|| model.launchers.evaluate.clone());
    model.durations = changes.max_durations_seconds.unwrap_or_else(|| model.durations.clone());
    Ok(UpdateModelResult::new())
}

pub(super) fn get_models(local: &Local, request: GetModelsRequest) -> Result<GetModelsResult, Fail> {
    let query = Query {
        offset: request.offset,
        limit: request.limit,
        filter: request.filter,
        sort: request.sort,
        direction: request.sort_direction,
    };
    let store = local.store();
    let page = query.page(store.models.values())?;
    let models = page.items.into_iter().map(|model| model.view(&store));
    Ok(GetModelsResult::new(models, page.total, page.offset, page.limit))
}

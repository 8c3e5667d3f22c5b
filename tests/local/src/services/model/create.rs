//! New models.

use std::sync::Arc;

use decthings::api::model::{
    CreateModelRequest, CreateModelResult, InitialState, ModelOptions, ModelOptionsBasedOnModelSnapshot,
    ModelOptionsCode, ModelOptionsFromExisting,
};
use decthings::types::{ModelLanguage, Tag};

use super::creation::{self, First};
use super::make_state::Recipe;
use super::states;
use crate::compute::{Preset, preset, presets};
use crate::fail::Fail;
use crate::local::Local;
use crate::store::models::{Creation, StoredModel};
use crate::store::states::StoredState;
use crate::store::{Store, ids};
use crate::{check, presets as functions, time};

pub(super) fn create_model(local: &Arc<Local>, request: CreateModelRequest) -> Result<CreateModelResult, Fail> {
    check::name("name", &request.name)?;
    check::description("description", &request.description)?;
    let mut store = local.store();
    check_free(&store, &request.name, None)?;
    if store.models.len() >= local.config.limits.models {
        return Err(Fail::QuotaExceeded);
    }
    let sequence = store.next_sequence();
    let named = |preset| StoredModel::new(sequence, request.name.clone(), request.description.clone(), preset);
    let (mut model, first) = match request.options {
        ModelOptions::Code(options) => (of_code(options, &named)?, None),
        ModelOptions::BasedOnModelSnapshot(options) => based_on_snapshot(&store, options, &named)?,
        ModelOptions::FromExisting(options) => (from_existing(&store, options, &named)?, None),
        ModelOptions::Upload(options) => {
            let reason = format!(
                "models cannot be made from files here, such as {:?} ones; use code with a preset: {}",
                options.format,
                preset_names()
            );
            return Err(Fail::invalid("options.format", reason));
        }
        _ => {
            let reason = "must be code, basedOnModelSnapshot or fromExisting";
            return Err(Fail::invalid("options.type", reason));
        }
    };
    model.public_access = request.public_access.unwrap_or(false);
    store.check_space(model.stored_bytes(), local.config.limits.stored_bytes)?;
    let id = model.id.clone();
    let is_now_creating = first.is_some();
    if let Some(first) = first {
        let creation = Creation::new();
        creation::start(local, &id, &creation, first)?;
        model.creation = Some(creation);
    }
    store.models.insert(id.clone(), model);
    Ok(CreateModelResult::new(id, is_now_creating))
}

/// Checks that no model, but perhaps the one given, has the name.
pub(super) fn check_free(store: &Store, name: &str, but: Option<&str>) -> Result<(), Fail> {
    let taken = store.models.values().any(|other| other.name == name && Some(other.id.as_str()) != but);
    if taken { Err(Fail::NameAlreadyUsed) } else { Ok(()) }
}

fn preset_names() -> String {
    presets().iter().map(|preset| preset.name()).collect::<Vec<_>>().join(", ")
}

/// Makes a model without states of a preset.
type Named<'a> = &'a dyn Fn(&'static dyn Preset) -> StoredModel;

fn of_code(options: ModelOptionsCode, named: Named<'_>) -> Result<StoredModel, Fail> {
    let no_code = || {
        let reason = format!("no code is run here; choose one of the presets: {}", preset_names());
        Fail::invalid("options.preset", reason)
    };
    let preset = options.preset.as_deref().and_then(preset).ok_or_else(no_code)?;
    if let ModelLanguage::Unrecognized(other) = &options.language {
        return Err(Fail::invalid("options.language", format!("there is no language {other:?}")));
    }
    if options.parameter_definitions.is_some_and(|given| given != functions::definitions(preset)) {
        let reason = format!("the preset `{}` has definitions of its own; leave them out", preset.name());
        return Err(Fail::invalid("options.parameterDefinitions", reason));
    }
    let mut model = named(preset);
    model.tags = checked_tags(options.tags)?;
    model.language = options.language;
    model.wasm = options.wasm.unwrap_or(false);
    Ok(model)
}

fn based_on_snapshot(
    store: &Store,
    options: ModelOptionsBasedOnModelSnapshot,
    named: Named<'_>,
) -> Result<(StoredModel, Option<First>), Fail> {
    let source = store.model(&options.model_id)?;
    let snapshot = source.snapshot(&options.snapshot_id)?;
    let mut model = named(source.preset);
    model.tags = checked_tags(options.tags)?;
    model.language = source.language.clone();
    model.wasm = source.wasm;
    model.launchers = snapshot.launchers.clone();
    model.durations = snapshot.durations.clone();
    model.filesystem_mebibytes = snapshot.filesystem_mebibytes;
    model.files = snapshot.files.clone();
    model.base = Some((options.model_id, options.snapshot_id));
    let path = "options.initialState";
    let first = match options.initial_state {
        InitialState::Copy => First::Copy(copied(&snapshot.state)),
        InitialState::Create(create) => {
            check::name(&format!("{path}.name"), &create.name)?;
            check::launcher(&format!("{path}.launcherSpec"), &create.launcher_spec)?;
            let definitions = functions::definitions(source.preset).create_state;
            let inputs = functions::resolve(store, &definitions, create.params, &format!("{path}.params"))?;
            let recipe = Recipe { preset: source.preset, inputs, seconds: model.durations.create_state };
            First::Create { name: create.name, recipe }
        }
        InitialState::Upload(upload) => {
            check::name(&format!("{path}.name"), &upload.name)?;
            let parts = states::read_parts(&format!("{path}.data"), &upload.data)?;
            model.add_state(states::new_state(upload.name, parts));
            return Ok((model, None));
        }
        _ => return Err(Fail::invalid(format!("{path}.method"), "must be copy, create or upload")),
    };
    Ok((model, Some(first)))
}

fn from_existing(store: &Store, options: ModelOptionsFromExisting, named: Named<'_>) -> Result<StoredModel, Fail> {
    let source = store.model(&options.model_id)?;
    if source.being_created() {
        return Err(Fail::invalid("options.modelId", "the model is still being created"));
    }
    let mut model = named(source.preset);
    model.tags = checked_tags(options.tags)?;
    model.language = source.language.clone();
    model.wasm = source.wasm;
    match options.snapshot_id {
        Some(id) => {
            let snapshot = source.snapshot(&id)?;
            model.launchers = snapshot.launchers.clone();
            model.durations = snapshot.durations.clone();
            model.filesystem_mebibytes = snapshot.filesystem_mebibytes;
            model.files = snapshot.files.clone();
            model.add_state(copied(&snapshot.state));
        }
        None => {
            model.launchers = source.launchers.clone();
            model.durations = source.durations.clone();
            model.filesystem_mebibytes = source.filesystem_mebibytes;
            model.files = source.files.clone();
            for state in &source.states {
                let copy = copied(state);
                if source.active.as_ref() == Some(&state.id) {
                    model.active = Some(copy.id.clone());
                }
                model.states.push(copy);
            }
        }
    }
    Ok(model)
}

fn copied(state: &StoredState) -> StoredState {
    StoredState { id: ids::id(), created_at: time::now(), ..state.clone() }
}

fn checked_tags(tags: Option<Vec<Tag>>) -> Result<Vec<Tag>, Fail> {
    let tags = tags.unwrap_or_default();
    check::tags("options.tags", &tags)?;
    Ok(tags)
}

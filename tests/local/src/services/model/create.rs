//! The creation of models.

use std::sync::Arc;

use decthings::api::model::{
    CreateModelRequest, CreateModelResult, InitialState, ModelOptions, ModelOptionsBasedOnModelSnapshot,
    ModelOptionsCode, ModelOptionsFromExisting,
};
use decthings::types::{ModelLanguage, Tag};

use super::creation::{self, InitialStateSource};
use super::make_state::Recipe;
use crate::compute::preset::{preset, presets};
use crate::config::LocalConfig;
use crate::context::Context;
use crate::error::CallError;
use crate::services::common::check;
use crate::services::common::code::runnable_code;
use crate::services::common::parameters::resolve_inputs;
use crate::services::common::states::{new_state, read_parts};
use crate::store::change::Change;
use crate::store::code::{Code, Function};
use crate::store::listing::check_name_is_free;
use crate::store::models::{Creation, StoredModel};
use crate::store::states::StoredState;
use crate::util;

pub(super) fn create_model(
    context: &Arc<Context>,
    request: CreateModelRequest,
) -> Result<CreateModelResult, CallError> {
    check::name("name", &request.name)?;
    check::description("description", &request.description)?;
    let mut store = context.change();
    check_name_is_free(store.models.values(), &request.name, None)?;
    if store.models.len() >= context.config.limits.models {
        return Err(CallError::QuotaExceeded);
    }
    let sequence = store.next_sequence();
    let storage = store.storage.clone();
    let make_model =
        |code| StoredModel::new(&storage, sequence, request.name.clone(), request.description.clone(), code);
    let (mut model, first) = match request.options {
        ModelOptions::Code(options) => (of_code(&context.config, options, &make_model)?, None),
        ModelOptions::BasedOnModelSnapshot(options) => {
            based_on_snapshot(&context.config, &mut store, options, &make_model)?
        }
        ModelOptions::FromExisting(options) => (from_existing(&mut store, options, &make_model)?, None),
        ModelOptions::Upload(options) => {
            let reason = format!(
                "models cannot be made from {:?} files here; use code with a preset: {}",
                options.format,
                preset_names()
            );
            return Err(CallError::invalid("options.format", reason));
        }
        _ => {
            let reason = "must be code, basedOnModelSnapshot or fromExisting";
            return Err(CallError::invalid("options.type", reason));
        }
    };
    model.public_access = request.public_access.unwrap_or(false);
    store.check_space(model.stored_bytes(), context.config.limits.stored_bytes)?;
    let id = model.id.clone();
    let is_now_creating = first.is_some();
    if let Some(first) = first {
        let creation = Creation::new();
        creation::start(context, &id, &creation, first)?;
        model.creation = Some(creation);
        model.is_incomplete = true;
    }
    model.files.save(None, &mut store.batch)?;
    store.models.insert(id.clone(), model);
    store.commit()?;
    Ok(CreateModelResult::new(id, is_now_creating))
}

fn preset_names() -> String {
    presets().iter().map(|preset| preset.name()).collect::<Vec<_>>().join(", ")
}

/// Makes a model with this code, without states.
type MakeModel<'a> = &'a dyn Fn(Code) -> StoredModel;

/// Without a preset, the code is what is written into the files of the model.
fn of_code(
    config: &LocalConfig,
    options: ModelOptionsCode,
    make_model: MakeModel<'_>,
) -> Result<StoredModel, CallError> {
    let code = match options.preset.as_deref() {
        Some(name) => Code::Preset(preset(name).ok_or_else(|| {
            let reason = format!("unknown preset {name:?}; the presets are {}", preset_names());
            CallError::invalid("options.preset", reason)
        })?),
        None if config.allow_processes => Code::Own(options.parameter_definitions.clone()),
        None => {
            let presets = preset_names();
            let reason = format!(
                "this server does not run the code of models; start it with --allow-processes, or choose one of the \
                 presets: {presets}"
            );
            return Err(CallError::invalid("options.preset", reason));
        }
    };
    if let ModelLanguage::Unrecognized(other) = &options.language {
        return Err(CallError::invalid("options.language", format!("unknown language {other:?}")));
    }
    if let Some(definitions) = &options.parameter_definitions {
        check::definitions("options.parameterDefinitions", &code, definitions)?;
    }
    let mut model = make_model(code);
    model.tags = checked_tags(options.tags)?;
    model.language = options.language;
    model.wasm = options.wasm.unwrap_or(false);
    Ok(model)
}

fn based_on_snapshot(
    config: &LocalConfig,
    store: &mut Change<'_>,
    options: ModelOptionsBasedOnModelSnapshot,
    make_model: MakeModel<'_>,
) -> Result<(StoredModel, Option<InitialStateSource>), CallError> {
    let source = store.model(&options.model_id)?;
    let snapshot = source.snapshot(&options.snapshot_id)?;
    let mut model = make_model(snapshot.code.clone());
    model.tags = checked_tags(options.tags)?;
    model.language = source.language.clone();
    model.wasm = source.wasm;
    model.launchers = snapshot.launchers.clone();
    model.durations = snapshot.durations.clone();
    model.filesystem_mebibytes = snapshot.filesystem_mebibytes;
    model.files = Arc::new(snapshot.files.fork(&store.storage));
    model.base = Some((options.model_id, options.snapshot_id));
    let path = "options.initialState";
    let first = match options.initial_state {
        InitialState::Copy => InitialStateSource::Copy(copied(&snapshot.state)),
        InitialState::Create(create) => {
            check::name(&format!("{path}.name"), &create.name)?;
            check::launcher(&format!("{path}.launcherSpec"), &create.launcher_spec)?;
            let path = format!("{path}.params");
            let inputs = resolve_inputs(store, &snapshot.code, Function::CreateState, create.params, &path)?;
            let code = runnable_code(config, store, source, Some(snapshot), &[], "options.modelId")?;
            let recipe = Recipe { code, inputs, limits: model.durations.clone() };
            InitialStateSource::Create { name: create.name, recipe }
        }
        InitialState::Upload(upload) => {
            check::name(&format!("{path}.name"), &upload.name)?;
            let parts = read_parts(&format!("{path}.data"), &upload.data)?;
            let mut state = new_state(upload.name);
            state.store(&store.data.storage, &mut store.batch, parts);
            model.add_state(state);
            return Ok((model, None));
        }
        _ => return Err(CallError::invalid(format!("{path}.method"), "must be copy, create or upload")),
    };
    Ok((model, Some(first)))
}

fn from_existing(
    store: &mut Change<'_>,
    options: ModelOptionsFromExisting,
    make_model: MakeModel<'_>,
) -> Result<StoredModel, CallError> {
    let source = store.model(&options.model_id)?;
    source.check_created("options.modelId")?;
    let snapshot = options.snapshot_id.as_deref().map(|id| source.snapshot(id)).transpose()?;
    let mut model = make_model(snapshot.map_or(&source.code, |snapshot| &snapshot.code).clone());
    model.tags = checked_tags(options.tags)?;
    model.language = source.language.clone();
    model.wasm = source.wasm;
    match snapshot {
        Some(snapshot) => {
            model.launchers = snapshot.launchers.clone();
            model.durations = snapshot.durations.clone();
            model.filesystem_mebibytes = snapshot.filesystem_mebibytes;
            model.files = Arc::new(snapshot.files.fork(&store.storage));
            model.add_state(copied(&snapshot.state));
        }
        None => {
            model.launchers = source.launchers.clone();
            model.durations = source.durations.clone();
            model.filesystem_mebibytes = source.filesystem_mebibytes;
            model.files = Arc::new(source.files.fork(&store.storage));
            for state in &source.states {
                let copy = copied(state);
                if source.active.as_ref() == Some(&state.id) {
                    model.active = Some(copy.id.clone());
                }
                model.states.push(copy);
            }
            // Both models may change the files from now on.
            fork_files(store, &options.model_id)?;
        }
    }
    Ok(model)
}

/// Replaces the files of a model with a fork of them, so that the old ones can be shared.
pub(super) fn fork_files(store: &mut Change<'_>, model: &str) -> Result<(), CallError> {
    let storage = store.storage.clone();
    let files = &mut store.data.model_mut(model)?.files;
    *files = Arc::new(files.fork(&storage));
    files.save(None, &mut store.batch)?;
    Ok(())
}

fn copied(state: &StoredState) -> StoredState {
    StoredState { id: util::new_id(), created_at: util::now(), ..state.clone() }
}

fn checked_tags(tags: Option<Vec<Tag>>) -> Result<Vec<Tag>, CallError> {
    let tags = tags.unwrap_or_default();
    check::tags("options.tags", &tags)?;
    Ok(tags)
}

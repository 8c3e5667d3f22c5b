//! A model.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use decthings::api::model::WaitForModelToBeCreatedResult;
use decthings::types::{
    Access, BaseSnapshot, DefaultLauncherSpecs, ImageReference, LauncherSpec, MaxDurationsSeconds, Model, ModelImage,
    ModelLanguage, ModelSnapshot, SnapshotState, Tag, UsedPersistentLauncher,
};
use serde::{Deserialize, Serialize};

use super::activity::Activity;
use super::code::Code;
use super::listing::{Listed, Summary};
use super::states::StoredState;
use super::table::Record;
use super::training::TrainingRun;
use super::users::owner;
use crate::error::CallError;
use crate::filesystem::files::Files;
use crate::filesystem::space::Space;
use crate::jobs::signal::{Once, StopReason, StopSignal};
use crate::storage::Storage;
use crate::storage::error::StorageError;
use crate::util;

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct StoredModel {
    pub(crate) id: String,
    pub(crate) sequence: u64,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) public_access: bool,
    pub(crate) created_at: i64,
    pub(crate) tags: Vec<Tag>,
    pub(crate) language: ModelLanguage,
    pub(crate) wasm: bool,
    pub(crate) code: Code,
    /// The folder of this machine whose files the model has instead of its own.
    #[serde(skip)]
    pub(crate) folder: Option<LiveFolder>,
    pub(crate) launchers: DefaultLauncherSpecs,
    pub(crate) durations: MaxDurationsSeconds,
    pub(crate) filesystem_mebibytes: u32,
    pub(crate) files: Arc<Files>,
    /// The persistent launchers that evaluations may use, first choice first.
    pub(crate) used_launchers: Vec<UsedPersistentLauncher>,
    pub(crate) states: Vec<StoredState>,
    pub(crate) active: Option<String>,
    pub(crate) snapshots: Vec<StoredSnapshot>,
    /// The ids of another model and of its snapshot.
    pub(crate) base: Option<(String, String)>,
    /// How the first state is made, if that takes place in the background and nobody has asked for the result.
    #[serde(skip)]
    pub(crate) creation: Option<Creation>,
    /// Whether the first state has still to be made.
    pub(crate) is_incomplete: bool,
    pub(crate) trainings: Vec<Arc<TrainingRun>>,
    #[serde(skip)]
    pub(crate) activity: Activity,
}

/// A folder of this machine that a model has instead of files of its own.
#[derive(Clone)]
pub(crate) struct LiveFolder {
    pub(crate) path: PathBuf,
    /// What it was like when its files were read.
    pub(crate) fingerprint: Option<u64>,
}

/// A snapshot of a model.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct StoredSnapshot {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) created_at: i64,
    pub(crate) filesystem_mebibytes: u32,
    pub(crate) files: Arc<Files>,
    pub(crate) launchers: DefaultLauncherSpecs,
    pub(crate) durations: MaxDurationsSeconds,
    pub(crate) code: Code,
    pub(crate) state: StoredState,
}

impl StoredSnapshot {
    /// The space that it takes, about, in bytes.
    pub(crate) fn bytes(&self) -> u64 {
        self.state.bytes().saturating_add(self.files.bytes())
    }
}

/// The creation of a model's first state.
#[derive(Clone)]
pub(crate) struct Creation {
    pub(crate) signal: StopSignal,
    pub(crate) result: Once<WaitForModelToBeCreatedResult>,
}

impl Creation {
    pub(crate) fn new() -> Self {
        Self { signal: StopSignal::new(), result: Once::new() }
    }
}

impl StoredModel {
    /// A model without states.
    pub(crate) fn new(storage: &Storage, sequence: u64, name: String, description: String, code: Code) -> Self {
        Self {
            id: util::new_id(),
            sequence,
            name,
            description,
            public_access: false,
            created_at: util::now(),
            tags: Vec::new(),
            language: ModelLanguage::Rust,
            wasm: false,
            code,
            folder: None,
            launchers: DefaultLauncherSpecs::new(LauncherSpec::new(1.0, 1024), LauncherSpec::new(1.0, 1024)),
            durations: MaxDurationsSeconds::new(60, 120, 600, 86_400, 600),
            filesystem_mebibytes: 1024,
            files: Arc::new(Files::new(storage)),
            used_launchers: Vec::new(),
            states: Vec::new(),
            active: None,
            snapshots: Vec::new(),
            base: None,
            creation: None,
            is_incomplete: false,
            trainings: Vec::new(),
            activity: Activity::default(),
        }
    }

    /// A model whose files are a folder of this machine.
    pub(crate) fn of_folder(storage: &Storage, sequence: u64, name: &str, folder: &Path) -> Self {
        let is_kept = |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_');
        let id = name.chars().map(|character| if is_kept(character) { character } else { '-' }).collect();
        let description = format!("The files in {}.", folder.display());
        let is_python = folder.join("main.py").is_file();
        Self {
            id,
            language: if is_python { ModelLanguage::Python } else { ModelLanguage::Rust },
            folder: Some(LiveFolder { path: folder.to_owned(), fingerprint: None }),
            ..Self::new(storage, sequence, name.to_owned(), description, Code::Own(None))
        }
    }

    pub(crate) fn is_being_created(&self) -> bool {
        self.creation.as_ref().is_some_and(|creation| !creation.result.is_set())
    }

    /// Rejects a model whose first state is still being made, and blames the parameter `path`.
    pub(crate) fn check_created(&self, path: &str) -> Result<(), CallError> {
        if self.is_being_created() {
            return Err(CallError::invalid(path, "the model is still being created"));
        }
        Ok(())
    }

    pub(crate) fn state(&self, id: &str) -> Result<&StoredState, CallError> {
        self.states.iter().find(|state| state.id == id).ok_or(CallError::StateNotFound)
    }

    pub(crate) fn state_mut(&mut self, id: &str) -> Result<&mut StoredState, CallError> {
        self.states.iter_mut().find(|state| state.id == id).ok_or(CallError::StateNotFound)
    }

    pub(crate) fn active_state(&self) -> Result<&StoredState, CallError> {
        self.active.as_deref().and_then(|id| self.state(id).ok()).ok_or_else(|| {
            CallError::invalid(
                "modelId",
                "the model has no state yet; make one with Model.createState or Model.uploadState",
            )
        })
    }

    /// Adds a state, and makes it the active one if it is the first.
    pub(crate) fn add_state(&mut self, state: StoredState) {
        if self.active.is_none() {
            self.active = Some(state.id.clone());
        }
        self.states.push(state);
        self.is_incomplete = false;
    }

    pub(crate) fn snapshot(&self, id: &str) -> Result<&StoredSnapshot, CallError> {
        self.snapshots.iter().find(|snapshot| snapshot.id == id).ok_or(CallError::SnapshotNotFound)
    }

    pub(crate) fn training(&self, id: &str) -> Result<&Arc<TrainingRun>, CallError> {
        self.trainings.iter().find(|run| run.id == id).ok_or(CallError::TrainingSessionNotFound)
    }

    /// The states that exist, and those that will if all jobs in progress succeed.
    pub(crate) fn expected_states(&self) -> usize {
        let training = self.trainings.iter().filter(|run| !run.is_finished()).count();
        self.states.len().saturating_add(self.activity.creating().len()).saturating_add(training)
    }

    pub(crate) fn stored_bytes(&self) -> u64 {
        let states = self.states.iter().map(StoredState::bytes);
        let snapshots = self.snapshots.iter().map(StoredSnapshot::bytes);
        states.chain(snapshots).fold(self.files.bytes(), u64::saturating_add)
    }

    /// The space that the states take in the filesystem, as if each key were a file.
    pub(crate) fn space_of_states(&self) -> Space {
        let parts = self.states.iter().flat_map(|state| &state.parts);
        parts.fold(Space::default(), |space, part| space.with(Space::of_file(part.size)))
    }

    /// The space that the states leave in the filesystem.
    pub(crate) fn space_for_files(&self) -> Space {
        Space::of_size(self.filesystem_mebibytes).without(self.space_of_states())
    }

    fn image(&self) -> (&'static str, String, &'static str, &'static str) {
        let repository = format!("decthings-local/{}", self.code.image());
        ("localhost", repository, env!("CARGO_PKG_VERSION"), "none")
    }

    pub(crate) fn view(&self, base_is_gone: bool) -> Model {
        let (domain, repository, reference, digest) = self.image();
        let ongoing = self.trainings.iter().filter(|run| !run.is_finished());
        let mut view = Model::new(
            &self.id,
            &self.name,
            &self.description,
            self.public_access,
            self.created_at,
            self.tags.clone(),
            owner(),
            Access::Readwrite,
            self.is_being_created(),
            self.language.clone(),
            self.wasm,
            ModelImage::new(domain, &repository, reference, digest, domain, &repository, reference),
            self.code.definitions(),
            self.launchers.clone(),
            self.durations.clone(),
            self.filesystem_mebibytes,
            ongoing.map(|run| &run.id),
            self.trainings.iter().map(|run| &run.id),
            self.states.iter().map(StoredState::view),
            self.snapshots.iter().map(|snapshot| self.view_snapshot(snapshot)),
        );
        view.active_state = self.active.clone();
        view.based_on_snapshot =
            self.base.as_ref().map(|(model, snapshot)| BaseSnapshot::new(model, snapshot, base_is_gone));
        view
    }

    fn view_snapshot(&self, snapshot: &StoredSnapshot) -> ModelSnapshot {
        let (domain, repository, reference, digest) = self.image();
        let state = &snapshot.state;
        ModelSnapshot::new(
            &snapshot.id,
            &snapshot.name,
            snapshot.created_at,
            snapshot.filesystem_mebibytes,
            snapshot.code.definitions(),
            snapshot.launchers.clone(),
            snapshot.durations.clone(),
            ImageReference::new(domain, repository, reference, digest),
            SnapshotState::new(&state.name, state.keys(), state.mounted.clone()),
        )
    }

    /// Stops all jobs of the model.
    pub(crate) fn stop_all(&self) {
        let creation = self.creation.iter().map(|creation| &creation.signal);
        let trainings = self.trainings.iter().map(|run| &run.signal);
        creation.chain(trainings).for_each(|signal| signal.set(StopReason::Cancelled));
        self.activity.stop_all();
    }
}

impl Record for StoredModel {
    const KIND: &'static str = "model";

    fn sequence(&self) -> u64 {
        self.sequence
    }

    fn open(&mut self, storage: &Storage) -> Result<(), StorageError> {
        let snapshots = self.snapshots.iter_mut().map(|snapshot| &mut snapshot.state);
        self.states.iter_mut().chain(snapshots).for_each(|state| state.open(storage));
        let snapshots = self.snapshots.iter_mut().map(|snapshot| &mut snapshot.files);
        for files in snapshots.chain([&mut self.files]) {
            if let Some(files) = Arc::get_mut(files) {
                files.open(storage)?;
            }
        }
        for run in &mut self.trainings {
            if let Some(run) = Arc::get_mut(run) {
                run.open(storage)?;
            }
        }
        Ok(())
    }
}

impl Listed for StoredModel {
    fn summary(&self) -> Summary<'_> {
        let created = (self.created_at, self.sequence);
        Summary { id: &self.id, name: &self.name, tags: &self.tags, created }
    }
}

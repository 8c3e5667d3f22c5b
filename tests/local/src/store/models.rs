//! A model.

use std::sync::Arc;

use decthings::api::model::WaitForModelToBeCreatedResult;
use decthings::types::{
    Access, BaseSnapshot, DefaultLauncherSpecs, ImageReference, LauncherSpec, MaxDurationsSeconds, Model, ModelImage,
    ModelLanguage, ModelSnapshot, SnapshotState, Tag, UsedPersistentLauncher,
};

use super::files::{Files, Room};
use super::listing::Listed;
use super::runs::{CreatingState, Evaluations};
use super::states::{StoredState, part_size};
use super::training::TrainingRun;
use super::{Store, ids, owner};
use crate::compute::Preset;
use crate::fail::Fail;
use crate::jobs::{Once, Stop, StopSign};
use crate::{presets, time};

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
    pub(crate) preset: &'static dyn Preset,
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
    pub(crate) creation: Option<Creation>,
    pub(crate) creating: Vec<CreatingState>,
    pub(crate) trainings: Vec<Arc<TrainingRun>>,
    pub(crate) evaluations: Evaluations,
}

/// A snapshot: what it froze.
pub(crate) struct StoredSnapshot {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) created_at: i64,
    pub(crate) filesystem_mebibytes: u32,
    pub(crate) files: Arc<Files>,
    pub(crate) launchers: DefaultLauncherSpecs,
    pub(crate) durations: MaxDurationsSeconds,
    pub(crate) state: StoredState,
}

impl StoredSnapshot {
    /// The memory that it takes, about, in bytes.
    pub(crate) fn bytes(&self) -> u64 {
        self.state.bytes().saturating_add(self.files.bytes())
    }
}

/// The making of a model's first state.
#[derive(Clone)]
pub(crate) struct Creation {
    pub(crate) sign: StopSign,
    pub(crate) outcome: Once<WaitForModelToBeCreatedResult>,
}

impl Creation {
    pub(crate) fn new() -> Self {
        Self { sign: StopSign::new(), outcome: Once::new() }
    }
}

impl StoredModel {
    /// A model without states.
    pub(crate) fn new(sequence: u64, name: String, description: String, preset: &'static dyn Preset) -> Self {
        Self {
            id: ids::id(),
            sequence,
            name,
            description,
            public_access: false,
            created_at: time::now(),
            tags: Vec::new(),
            language: ModelLanguage::Rust,
            wasm: false,
            preset,
            launchers: DefaultLauncherSpecs::new(LauncherSpec::new(1.0, 1024), LauncherSpec::new(1.0, 1024)),
            durations: MaxDurationsSeconds::new(60, 120, 600, 86_400, 600),
            filesystem_mebibytes: 1024,
            files: Arc::new(Files::new()),
            used_launchers: Vec::new(),
            states: Vec::new(),
            active: None,
            snapshots: Vec::new(),
            base: None,
            creation: None,
            creating: Vec::new(),
            trainings: Vec::new(),
            evaluations: Evaluations::default(),
        }
    }

    pub(crate) fn being_created(&self) -> bool {
        self.creation.as_ref().is_some_and(|creation| creation.outcome.get().is_none())
    }

    /// Refuses what a model cannot do before its first state is there.
    pub(crate) fn check_created(&self) -> Result<(), Fail> {
        if self.being_created() {
            return Err(Fail::invalid("modelId", "the model is still being created"));
        }
        Ok(())
    }

    pub(crate) fn state(&self, id: &str) -> Result<&StoredState, Fail> {
        self.states.iter().find(|state| state.id == id).ok_or(Fail::StateNotFound)
    }

    pub(crate) fn state_mut(&mut self, id: &str) -> Result<&mut StoredState, Fail> {
        self.states.iter_mut().find(|state| state.id == id).ok_or(Fail::StateNotFound)
    }

    pub(crate) fn active_state(&self) -> Result<&StoredState, Fail> {
        self.active.as_deref().and_then(|id| self.state(id).ok()).ok_or_else(|| {
            Fail::invalid("modelId", "the model has no state yet; make one with Model.createState or Model.uploadState")
        })
    }

    /// Adds a state, and makes it the active one if it is the first.
    pub(crate) fn add_state(&mut self, state: StoredState) {
        if self.active.is_none() {
            self.active = Some(state.id.clone());
        }
        self.states.push(state);
    }

    pub(crate) fn snapshot(&self, id: &str) -> Result<&StoredSnapshot, Fail> {
        self.snapshots.iter().find(|snapshot| snapshot.id == id).ok_or(Fail::SnapshotNotFound)
    }

    pub(crate) fn training(&self, id: &str) -> Result<&Arc<TrainingRun>, Fail> {
        self.trainings.iter().find(|run| run.id == id).ok_or(Fail::TrainingSessionNotFound)
    }

    /// The states that there are, or will be if everything that is going on succeeds.
    pub(crate) fn expected_states(&self) -> usize {
        let training = self.trainings.iter().filter(|run| !run.is_over()).count();
        self.states.len().saturating_add(self.creating.len()).saturating_add(training)
    }

    pub(crate) fn stored_bytes(&self) -> u64 {
        let states = self.states.iter().map(StoredState::bytes);
        let snapshots = self.snapshots.iter().map(StoredSnapshot::bytes);
        states.chain(snapshots).fold(self.files.bytes(), u64::saturating_add)
    }

    /// What the states take in the filesystem, as if each key was a file.
    pub(crate) fn room_of_states(&self) -> Room {
        let parts = self.states.iter().flat_map(|state| state.parts.iter());
        parts.fold(Room::default(), |room, part| room.with(Room::of_file(part_size(part))))
    }

    /// What the states leave of the filesystem.
    pub(crate) fn room_for_files(&self) -> Room {
        Room::of_size(self.filesystem_mebibytes).without(self.room_of_states())
    }

    /// Refuses to use code that has been deleted.
    pub(crate) fn check_base(&self, store: &Store) -> Result<(), Fail> {
        if self.base_is_gone(store) { Err(Fail::SnapshotNoLongerExists) } else { Ok(()) }
    }

    fn base_is_gone(&self, store: &Store) -> bool {
        self.base.as_ref().is_some_and(|(model, snapshot)| {
            store.models.get(model).is_none_or(|model| model.snapshot(snapshot).is_err())
        })
    }

    fn image(&self) -> (&'static str, String, &'static str, &'static str) {
        let repository = format!("decthings-local/{}", self.preset.name());
        ("localhost", repository, env!("CARGO_PKG_VERSION"), "none")
    }

    pub(crate) fn view(&self, store: &Store) -> Model {
        let (domain, repository, reference, digest) = self.image();
        let ongoing = self.trainings.iter().filter(|run| !run.is_over());
        let mut view = Model::new(
            &self.id,
            &self.name,
            &self.description,
            self.public_access,
            self.created_at,
            self.tags.clone(),
            owner(),
            Access::Readwrite,
            self.being_created(),
            self.language.clone(),
            self.wasm,
            ModelImage::new(domain, &repository, reference, digest, domain, &repository, reference),
            presets::definitions(self.preset),
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
            self.base.as_ref().map(|(model, snapshot)| BaseSnapshot::new(model, snapshot, self.base_is_gone(store)));
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
            presets::definitions(self.preset),
            snapshot.launchers.clone(),
            snapshot.durations.clone(),
            ImageReference::new(domain, repository, reference, digest),
            SnapshotState::new(&state.name, state.keys(), state.mounted.clone()),
        )
    }

    /// Stops everything that is going on.
    pub(crate) fn stop_all(&self) {
        let creation = self.creation.iter().map(|creation| &creation.sign);
        let creating = self.creating.iter().map(|state| &state.sign);
        let trainings = self.trainings.iter().map(|run| &run.sign);
        let signs = creation.chain(creating).chain(trainings).chain(self.evaluations.signs());
        signs.for_each(|sign| sign.set(Stop::Cancelled));
    }
}

impl Listed for StoredModel {
    fn id(&self) -> &str {
        &self.id
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn tags(&self) -> &[Tag] {
        &self.tags
    }

    fn created(&self) -> (i64, u64) {
        (self.created_at, self.sequence)
    }
}

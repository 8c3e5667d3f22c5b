//! The data at the start of the server.

use std::path::Path;

use decthings::api::model::{
    CreateModelFailed, CreateModelFailureCreateStateError, InitialStateFailedDurations, InitialStateFailure,
    TrainingFailure,
};
use decthings::api::user::{NotificationData, TrainingOutcome};

use super::Store;
use super::models::{Creation, StoredModel};
use crate::config::LocalConfig;
use crate::storage::Storage;
use crate::storage::batch::Batch;
use crate::storage::error::{OpenError, StorageError};

/// The kind of the record that shows that a server has been started before.
const SERVER: &str = "server";

impl Store {
    /// The data of a server that keeps nothing.
    pub(crate) fn in_memory(config: &LocalConfig) -> Self {
        let storage = Storage::in_memory();
        let mut store = Self::empty(config, storage);
        store.add_folders(config);
        store.seed(config);
        store.saved();
        store
    }

    /// The data in a folder.
    pub(crate) fn open(config: &LocalConfig, folder: &Path) -> Result<Self, OpenError> {
        let storage = Storage::open(folder)?;
        let open = || {
            let mut store = Self::read(config, storage)?;
            let mut batch = Batch::default();
            if store.storage.records(SERVER)?.is_empty() {
                store.seed(config);
                batch.record(SERVER, "", Some(Vec::new()));
            }
            store.end_jobs();
            for id in store.add_folders(config) {
                if let Some(model) = store.models.get(&id) {
                    model.files.save(None, &mut batch)?;
                }
            }
            store.save(&mut batch)?;
            store.storage.commit(&batch)?;
            store.saved();
            store.storage.find_unused()?;
            Ok(store)
        };
        open().map_err(|error: StorageError| error.opening(folder))
    }

    /// Adds the models whose files are folders of this machine, or gives those of earlier starts their folders. Returns the
    /// ids of new ones.
    fn add_folders(&mut self, config: &LocalConfig) -> Vec<String> {
        let mut added = Vec::new();
        for (name, folder) in &config.models {
            let sequence = self.next_sequence();
            let model = StoredModel::of_folder(&self.storage, sequence, name, folder);
            match self.models.get_mut(&model.id) {
                Some(existing) => existing.folder = model.folder,
                None => {
                    added.push(model.id.clone());
                    self.models.insert(model.id.clone(), model);
                }
            }
        }
        added
    }

    /// Adds what a new server has: a notification, and the configured invitations.
    fn seed(&mut self, config: &LocalConfig) {
        self.notify(NotificationData::AccountRegistered);
        for (name, founder) in &config.invitations {
            let id = self.add_organization(name.clone(), founder);
            if let Some(organization) = self.organizations.get_mut(&id) {
                organization.invited.push(config.email.clone());
            }
        }
    }

    /// Records that the jobs that were in progress ended with the server.
    fn end_jobs(&mut self) {
        let models: Vec<String> = self.models.values().map(|model| model.id.clone()).collect();
        for id in models {
            let ended: Vec<_> = match self.models.get(&id) {
                Some(model) => model.trainings.iter().filter(|run| !run.is_finished()).cloned().collect(),
                None => continue,
            };
            for run in &ended {
                run.failed(TrainingFailure::LauncherTerminated);
                self.notify(run.notification(TrainingOutcome::Failed));
            }
            let is_incomplete = self.models.get(&id).is_some_and(|model| model.is_incomplete);
            // The record has changed in both cases.
            if (is_incomplete || !ended.is_empty())
                && let Some(model) = self.models.get_mut(&id)
                && is_incomplete
            {
                model.creation = Some(failed_creation());
            }
        }
    }
}

/// The creation of a model whose first state was being made.
fn failed_creation() -> Creation {
    let durations = InitialStateFailedDurations::new(0);
    let failure = CreateModelFailureCreateStateError::new(InitialStateFailure::LauncherTerminated, durations);
    let creation = Creation::new();
    creation.result.set(CreateModelFailed::new(failure).into());
    creation
}

//! The data of the server.
//!
//! Records are in memory, in [tables](table). What may be large is not, such as entries and the bytes of states: it is in the
//! [storage](crate::storage). A [change] writes records and bytes to it together.

pub(crate) mod activity;
pub(crate) mod change;
pub(crate) mod code;
pub(crate) mod columns;
pub(crate) mod datasets;
pub(crate) mod entries;
#[cfg(test)]
mod entries_tests;
pub(crate) mod evaluations;
pub(crate) mod launchers;
pub(crate) mod listing;
pub(crate) mod metrics;
pub(crate) mod models;
pub(crate) mod new_entries;
pub(crate) mod organizations;
pub(crate) mod repositories;
mod restart;
mod rows;
pub(crate) mod states;
pub(crate) mod table;
pub(crate) mod training;
pub(crate) mod users;

use decthings::types::{MountedModel, OrganizationRole};

use crate::config::LocalConfig;
use crate::error::CallError;
use crate::filesystem::space::Space;
use crate::storage::Storage;
use crate::storage::batch::Batch;
use crate::storage::error::StorageError;
use crate::util;
use datasets::StoredDataset;
use launchers::Launchers;
use models::StoredModel;
use organizations::StoredOrganization;
use repositories::StoredRepository;
use states::StoredState;
use table::{AnyTable, Table};
use users::{USER, Users};

/// Datasets, models and other records by id.
pub(crate) struct Store {
    pub(crate) datasets: Table<StoredDataset>,
    pub(crate) models: Table<StoredModel>,
    pub(crate) launchers: Launchers,
    /// By name.
    pub(crate) repositories: Table<StoredRepository>,
    pub(crate) organizations: Table<StoredOrganization>,
    pub(crate) users: Users,
    pub(crate) storage: Storage,
    last_sequence: u64,
}

impl Store {
    fn empty(config: &LocalConfig, storage: Storage) -> Self {
        Self {
            datasets: Table::default(),
            models: Table::default(),
            launchers: Launchers::default(),
            repositories: Table::default(),
            organizations: Table::default(),
            users: Users::new(config),
            storage,
            last_sequence: 0,
        }
    }

    /// Reads all records from a storage.
    fn read(config: &LocalConfig, storage: Storage) -> Result<Self, StorageError> {
        let mut store = Self::empty(config, storage);
        store.datasets = Table::read(&store.storage)?;
        store.models = Table::read(&store.storage)?;
        store.launchers = Launchers::read(&store.storage)?;
        store.repositories = Table::read(&store.storage)?;
        store.organizations = Table::read(&store.storage)?;
        store.users.notifications = Table::read(&store.storage)?;
        let last = store.tables().map(|table| table.last_sequence());
        store.last_sequence = last.into_iter().max().unwrap_or(0);
        Ok(store)
    }

    /// All records.
    fn tables(&mut self) -> [&mut dyn AnyTable; 6] {
        [
            &mut self.datasets,
            &mut self.models,
            &mut self.launchers.0,
            &mut self.repositories,
            &mut self.organizations,
            &mut self.users.notifications,
        ]
    }

    /// Adds the records that have changed to a batch.
    fn save(&mut self, batch: &mut Batch) -> Result<(), StorageError> {
        self.tables().into_iter().try_for_each(|table| table.save(batch))
    }

    /// The changes have been saved.
    fn saved(&mut self) {
        self.tables().into_iter().for_each(AnyTable::saved);
    }

    /// Undoes the changes that have not been saved.
    fn undo(&mut self) {
        self.tables().into_iter().for_each(AnyTable::undo);
    }

    /// The next number of a record, which keeps lists in the order of creation.
    pub(crate) fn next_sequence(&mut self) -> u64 {
        self.last_sequence = self.last_sequence.saturating_add(1);
        self.last_sequence
    }

    /// Notifies the caller.
    pub(crate) fn notify(&mut self, data: impl Into<decthings::api::user::NotificationData>) {
        let sequence = self.next_sequence();
        self.users.notify(sequence, data);
    }

    pub(crate) fn dataset(&self, id: &str) -> Result<&StoredDataset, CallError> {
        self.datasets.get(id).ok_or(CallError::DatasetNotFound)
    }

    pub(crate) fn dataset_mut(&mut self, id: &str) -> Result<&mut StoredDataset, CallError> {
        self.datasets.get_mut(id).ok_or(CallError::DatasetNotFound)
    }

    pub(crate) fn model(&self, id: &str) -> Result<&StoredModel, CallError> {
        self.models.get(id).ok_or(CallError::ModelNotFound)
    }

    pub(crate) fn model_mut(&mut self, id: &str) -> Result<&mut StoredModel, CallError> {
        self.models.get_mut(id).ok_or(CallError::ModelNotFound)
    }

    /// Whether the snapshot that a model is based on has been deleted.
    pub(crate) fn base_is_gone(&self, model: &StoredModel) -> bool {
        model.base.as_ref().is_some_and(|(model, snapshot)| {
            self.models.get(model).is_none_or(|model| model.snapshot(snapshot).is_err())
        })
    }

    /// Rejects a model whose base has been deleted.
    pub(crate) fn check_base(&self, model: &StoredModel) -> Result<(), CallError> {
        if self.base_is_gone(model) { Err(CallError::SnapshotNoLongerExists) } else { Ok(()) }
    }

    /// Rejects a state that mounts a model or snapshot that has been deleted.
    pub(crate) fn check_mounted(&self, state: &StoredState) -> Result<(), CallError> {
        let is_gone = |mounted: &MountedModel| match (self.models.get(&mounted.model_id), &mounted.snapshot_id) {
            (None, _) => true,
            (Some(model), Some(snapshot)) => model.snapshot(snapshot).is_err(),
            (Some(_), None) => false,
        };
        if state.mounted.iter().any(is_gone) { Err(CallError::ModelToMountNoLongerExists) } else { Ok(()) }
    }

    /// Adds an organization with its first member, and returns its id.
    pub(crate) fn add_organization(&mut self, name: String, founder: &str) -> String {
        let organization = StoredOrganization {
            id: util::new_id(),
            sequence: self.next_sequence(),
            name,
            created_at: util::now(),
            members: vec![(founder.to_owned(), OrganizationRole::Admin)],
            invited: Vec::new(),
        };
        let id = organization.id.clone();
        self.organizations.insert(id.clone(), organization);
        id
    }

    /// Whether an organization is visible to the caller, as it is to members and invited users.
    pub(crate) fn is_visible(&self, organization: &StoredOrganization) -> bool {
        organization.role(USER).is_some() || organization.invited.iter().any(|email| self.users.is_caller(email))
    }

    pub(crate) fn organization(&self, id: &str) -> Result<&StoredOrganization, CallError> {
        let found = self.organizations.get(id).filter(|organization| self.is_visible(organization));
        found.ok_or(CallError::OrganizationNotFound)
    }

    /// An organization that the caller may manage.
    pub(crate) fn managed_organization(&mut self, id: &str) -> Result<&mut StoredOrganization, CallError> {
        if self.organization(id)?.role(USER) != Some(&OrganizationRole::Admin) {
            return Err(CallError::AccessDenied);
        }
        self.organizations.get_mut(id).ok_or(CallError::OrganizationNotFound)
    }

    /// The space that all entries, states and files take, about, in bytes.
    pub(crate) fn stored_bytes(&self) -> u64 {
        let datasets = self.datasets.values().map(StoredDataset::stored_bytes);
        let models = self.models.values().map(StoredModel::stored_bytes);
        datasets.chain(models).fold(0, u64::saturating_add)
    }

    /// The space for the files of a model, which its filesystem and the storage of the server limit.
    pub(crate) fn space_for_files(&self, model: &str, limit: u64) -> Result<Space, CallError> {
        let model = self.model(model)?;
        let bytes = limit.saturating_sub(self.stored_bytes()).saturating_add(model.files.bytes());
        Ok(model.space_for_files().min(Space::of_bytes(bytes)))
    }

    /// Checks that so many more bytes fit into the storage.
    pub(crate) fn check_space(&self, more: u64, limit: u64) -> Result<(), CallError> {
        if self.stored_bytes().saturating_add(more) > limit { Err(CallError::QuotaExceeded) } else { Ok(()) }
    }
}

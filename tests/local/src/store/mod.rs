//! What a local Decthings remembers, all of it in memory and behind one lock.

pub(crate) mod datasets;
pub(crate) mod entries;
pub(crate) mod files;
pub(crate) mod ids;
pub(crate) mod launchers;
pub(crate) mod listing;
pub(crate) mod models;
pub(crate) mod organizations;
pub(crate) mod repositories;
pub(crate) mod runs;
pub(crate) mod states;
pub(crate) mod training;
pub(crate) mod users;

use std::collections::BTreeMap;

use decthings::Tensor;
use decthings::api::user::{Notification, NotificationData};
use decthings::types::{Owner, OwnerUser};

use crate::config::{LocalConfig, LocalUser};
use crate::fail::Fail;
use datasets::StoredDataset;
use files::Room;
use launchers::StoredLauncher;
use models::StoredModel;
use organizations::StoredOrganization;
use repositories::StoredRepository;

/// The id and the name of the user who calls.
pub(crate) const USER: &str = "local";

/// The owner of everything.
pub(crate) fn owner() -> Owner {
    Owner::User(OwnerUser::new(USER, USER))
}

/// The memory that a tensor takes, about, in bytes: small ones are mostly their own description.
pub(crate) fn footprint(tensor: &Tensor) -> u64 {
    const DESCRIPTION: u64 = 128;
    u64::try_from(tensor.byte_len()).unwrap_or(u64::MAX).saturating_add(DESCRIPTION)
}

/// Datasets, models and so on by id.
#[derive(Default)]
pub(crate) struct Store {
    pub(crate) datasets: BTreeMap<String, StoredDataset>,
    pub(crate) models: BTreeMap<String, StoredModel>,
    pub(crate) launchers: BTreeMap<String, StoredLauncher>,
    /// By name.
    pub(crate) repositories: BTreeMap<String, StoredRepository>,
    pub(crate) organizations: BTreeMap<String, StoredOrganization>,
    /// The caller first.
    pub(crate) users: Vec<LocalUser>,
    /// The oldest first.
    pub(crate) notifications: Vec<Notification>,
    created: u64,
}

impl Store {
    /// What there is before anybody has done anything.
    pub(crate) fn new(config: &LocalConfig) -> Self {
        let caller = LocalUser::new(USER, USER, &config.email);
        let users = [caller].into_iter().chain(config.users.iter().cloned()).collect();
        let mut store = Self { users, ..Self::default() };
        store.notify(NotificationData::AccountRegistered);
        for (name, from) in &config.invitations {
            let id = store.add_organization(name.clone(), from);
            if let Some(organization) = store.organizations.get_mut(&id) {
                organization.invited.push(config.email.clone());
            }
        }
        store
    }

    /// A number that grows with everything that is created, to keep lists in order.
    pub(crate) fn next_sequence(&mut self) -> u64 {
        self.created = self.created.saturating_add(1);
        self.created
    }

    pub(crate) fn dataset(&self, id: &str) -> Result<&StoredDataset, Fail> {
        self.datasets.get(id).ok_or(Fail::DatasetNotFound)
    }

    pub(crate) fn dataset_mut(&mut self, id: &str) -> Result<&mut StoredDataset, Fail> {
        self.datasets.get_mut(id).ok_or(Fail::DatasetNotFound)
    }

    pub(crate) fn model(&self, id: &str) -> Result<&StoredModel, Fail> {
        self.models.get(id).ok_or(Fail::ModelNotFound)
    }

    pub(crate) fn model_mut(&mut self, id: &str) -> Result<&mut StoredModel, Fail> {
        self.models.get_mut(id).ok_or(Fail::ModelNotFound)
    }

    /// The memory that all entries, states and files take, about, in bytes.
    pub(crate) fn stored_bytes(&self) -> u64 {
        let datasets = self.datasets.values().map(StoredDataset::stored_bytes);
        let models = self.models.values().map(StoredModel::stored_bytes);
        datasets.chain(models).fold(0, u64::saturating_add)
    }

    /// What the files of a model may take altogether, in what its filesystem has and in what this server stores.
    pub(crate) fn room_for_files(&self, model: &str, limit: u64) -> Result<Room, Fail> {
        let model = self.model(model)?;
        let bytes = limit.saturating_sub(self.stored_bytes()).saturating_add(model.files.bytes());
        Ok(model.room_for_files().min(Room::of_bytes(bytes)))
    }

    /// Checks that so many bytes more may be stored.
    pub(crate) fn check_space(&self, more: u64, limit: u64) -> Result<(), Fail> {
        if self.stored_bytes().saturating_add(more) > limit { Err(Fail::QuotaExceeded) } else { Ok(()) }
    }
}

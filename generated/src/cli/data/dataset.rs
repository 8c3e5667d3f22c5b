//! What is known of a dataset.

use decthings::Client;
use decthings::types::{ParameterDefinition, ResourceFilter};

use crate::failure::{Failure, Kind};

/// The keys of a dataset and its state at some moment.
#[derive(Clone, Debug)]
pub(super) struct Dataset {
    pub(super) id: String,
    pub(super) keys: Vec<ParameterDefinition>,
    pub(super) entries: u32,
    pub(super) version: String,
}

impl Dataset {
    pub(super) async fn fetch(client: &Client, id: &str) -> Result<Self, Failure> {
        let listed = client.dataset().get_datasets().filter(ResourceFilter::new().ids([id])).await?;
        let found = listed.datasets.into_iter().find(|dataset| dataset.id == id);
        let found = found.ok_or_else(|| {
            Failure::new(Kind::Rejected, format!("there is no dataset with the id `{id}`, or you have no access to it"))
        })?;
        Ok(Self { id: found.id, keys: found.keys, entries: found.entries.count, version: found.version_id })
    }

    pub(super) fn key_names(&self) -> String {
        let names: Vec<_> = self.keys.iter().map(|key| format!("`{}`", key.name)).collect();
        names.join(", ")
    }
}

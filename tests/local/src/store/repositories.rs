//! Repositories for container images. They stay empty, since images cannot be pushed.

use decthings::types::{Access, Repository};
use serde::{Deserialize, Serialize};

use super::listing::{Listed, Summary};
use super::table::Record;
use super::users::owner;

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct StoredRepository {
    pub(crate) sequence: u64,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) public_access: bool,
    pub(crate) created_at: i64,
}

impl StoredRepository {
    pub(crate) fn view(&self) -> Repository {
        let access = Access::Readwrite;
        Repository::new(&self.name, &self.description, self.public_access, self.created_at, owner(), access)
    }
}

impl Record for StoredRepository {
    const KIND: &'static str = "repository";

    fn sequence(&self) -> u64 {
        self.sequence
    }
}

/// The name of a repository is its id.
impl Listed for StoredRepository {
    fn summary(&self) -> Summary<'_> {
        let created = (self.created_at, self.sequence);
        Summary { id: &self.name, name: &self.name, tags: &[], created }
    }
}

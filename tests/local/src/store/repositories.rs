//! Repositories for container images. Nothing can push images here, so they stay empty.

use decthings::types::{Access, Repository, Tag};

use super::listing::Listed;
use super::owner;

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

/// A repository is known by its name.
impl Listed for StoredRepository {
    fn id(&self) -> &str {
        &self.name
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn tags(&self) -> &[Tag] {
        &[]
    }

    fn created(&self) -> (i64, u64) {
        (self.created_at, self.sequence)
    }
}

//! Organizations: members with roles, and invitations.

use decthings::types::{Organization, OrganizationInvite, OrganizationMember, OrganizationRole};
use serde::{Deserialize, Serialize};

use super::listing::{Listed, Summary};
use super::table::Record;
use super::users::Users;
use crate::error::CallError;

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct StoredOrganization {
    pub(crate) id: String,
    pub(crate) sequence: u64,
    pub(crate) name: String,
    pub(crate) created_at: i64,
    /// By the id of the user.
    pub(crate) members: Vec<(String, OrganizationRole)>,
    /// The emails of the invited.
    pub(crate) invited: Vec<String>,
}

impl StoredOrganization {
    pub(crate) fn role(&self, user: &str) -> Option<&OrganizationRole> {
        self.members.iter().find(|(id, _)| id == user).map(|(_, role)| role)
    }

    /// Rejects members of whom none is an admin.
    pub(crate) fn check_admin(members: &[(String, OrganizationRole)], path: &str) -> Result<(), CallError> {
        if members.iter().any(|(_, role)| *role == OrganizationRole::Admin) {
            return Ok(());
        }
        Err(CallError::invalid(
            path,
            "would leave the organization without an admin; delete it, or make another one first",
        ))
    }

    pub(crate) fn view(&self, users: &Users) -> Organization {
        let member = |(id, role): &(String, OrganizationRole)| {
            let name = users.find(id).map_or(id.as_str(), |user| user.name.as_str());
            OrganizationMember::new(id, name, role.clone())
        };
        let invites = self.invited.iter().map(OrganizationInvite::new);
        Organization::new(&self.id, &self.name, self.created_at, self.members.iter().map(member), invites)
    }
}

impl Record for StoredOrganization {
    const KIND: &'static str = "organization";

    fn sequence(&self) -> u64 {
        self.sequence
    }
}

impl Listed for StoredOrganization {
    fn summary(&self) -> Summary<'_> {
        let created = (self.created_at, self.sequence);
        Summary { id: &self.id, name: &self.name, tags: &[], created }
    }
}

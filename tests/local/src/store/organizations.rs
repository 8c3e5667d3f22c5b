//! Organizations: members with roles, and invitations.

use decthings::types::{Organization, OrganizationInvite, OrganizationMember, OrganizationRole, Tag};

use super::listing::Listed;
use super::{Store, USER, ids};
use crate::fail::Fail;
use crate::time;

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

    /// Whether somebody could manage it with these members.
    pub(crate) fn check_admin(members: &[(String, OrganizationRole)], path: &str) -> Result<(), Fail> {
        if members.iter().any(|(_, role)| *role == OrganizationRole::Admin) {
            return Ok(());
        }
        Err(Fail::invalid(path, "would leave the organization without an admin; delete it, or make another one first"))
    }

    pub(crate) fn view(&self, store: &Store) -> Organization {
        let member = |(id, role): &(String, OrganizationRole)| {
            let name = store.user(id).map_or(id.as_str(), |user| user.name.as_str());
            OrganizationMember::new(id, name, role.clone())
        };
        let invites = self.invited.iter().map(OrganizationInvite::new);
        Organization::new(&self.id, &self.name, self.created_at, self.members.iter().map(member), invites)
    }
}

impl Store {
    /// Makes an organization with its first member; its id.
    pub(crate) fn add_organization(&mut self, name: String, founder: &str) -> String {
        let organization = StoredOrganization {
            id: ids::id(),
            sequence: self.next_sequence(),
            name,
            created_at: time::now(),
            members: vec![(founder.to_owned(), OrganizationRole::Admin)],
            invited: Vec::new(),
        };
        let id = organization.id.clone();
        self.organizations.insert(id.clone(), organization);
        id
    }

    /// Whether the caller may know of an organization: members do, and those who are invited.
    pub(crate) fn sees(&self, organization: &StoredOrganization) -> bool {
        organization.role(USER).is_some() || organization.invited.iter().any(|email| self.is_caller(email))
    }

    pub(crate) fn organization(&self, id: &str) -> Result<&StoredOrganization, Fail> {
        let found = self.organizations.get(id).filter(|organization| self.sees(organization));
        found.ok_or(Fail::OrganizationNotFound)
    }

    /// An organization that the caller may manage.
    pub(crate) fn managed_organization(&mut self, id: &str) -> Result<&mut StoredOrganization, Fail> {
        if self.organization(id)?.role(USER) != Some(&OrganizationRole::Admin) {
            return Err(Fail::AccessDenied);
        }
        self.organizations.get_mut(id).ok_or(Fail::OrganizationNotFound)
    }
}

impl Listed for StoredOrganization {
    fn id(&self) -> &str {
        &self.id
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

//! Organizations, through a client.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::arithmetic_side_effects)]

mod support;

use decthings::Client;
use decthings::api::organization::{OrganizationFilter, RoleAssignment};
use decthings::types::{Organization, OrganizationInvite, OrganizationRole};
use decthings_local::{LocalConfig, LocalUser};
use support::{client, fresh, refusal, within};

async fn look(client: &Client, name: &str) -> Organization {
    let filter = OrganizationFilter::new().names([name]);
    client.organization().get_organizations().filter(filter).await.unwrap().organizations.pop().unwrap()
}

fn members(organization: &Organization) -> Vec<(&str, &str, &OrganizationRole)> {
    organization.members.iter().map(|one| (one.user_id.as_str(), one.username.as_str(), &one.role)).collect()
}

#[tokio::test]
async fn the_founder_is_the_admin_and_invites() {
    within(async {
        let client = client();
        let service = client.organization();
        let id = service.create_organization("lab").await.unwrap().organization_id;
        assert_eq!(refusal(service.create_organization("lab").await), "name_in_use");
        assert_eq!(refusal(service.create_organization(" ").await), "invalid_parameter name");
        assert_eq!(members(&look(&client, "lab").await), [("local", "local", &OrganizationRole::Admin)]);

        let ada = || OrganizationInvite::new("ada@example.com");
        service.invite_users_to_organization(&id, [ada(), ada()]).await.unwrap();
        let own = OrganizationInvite::new("local@localhost");
        service.invite_users_to_organization(&id, [OrganizationInvite::new("Ada@example.com"), own]).await.unwrap();
        assert_eq!(look(&client, "lab").await.pending_invites, [ada()]);
        let bad = service.invite_users_to_organization(&id, [ada(), OrganizationInvite::new("ada")]).await;
        assert_eq!(refusal(bad), "invalid_parameter users[1].email");
        assert_eq!(refusal(service.invite_users_to_organization("no", [ada()]).await), "organization_not_found");

        let role = |user: &str, role| RoleAssignment::new(user, role);
        let viewer = service.assign_roles(&id, [role("local", OrganizationRole::Viewer)]).await;
        assert_eq!(refusal(viewer), "invalid_parameter members");
        let other = service.assign_roles(&id, [role("ada", OrganizationRole::Viewer)]).await;
        assert_eq!(refusal(other), "member_not_found");
        assert_eq!(refusal(service.remove_users_from_organization(&id, ["ada"]).await), "member_not_found");
        let last = service.remove_users_from_organization(&id, ["local"]).await;
        assert_eq!(refusal(last), "invalid_parameter userIds");
        assert_eq!(refusal(service.respond_to_organization_invitation(&id, true).await), "invite_not_found");
        service.delete_organization(&id).await.unwrap();
        assert_eq!(refusal(service.delete_organization(&id).await), "organization_not_found");
    })
    .await;
}

#[tokio::test]
async fn an_invitation_is_accepted_or_declined() {
    within(async {
        let config = LocalConfig::new()
            .user(LocalUser::new("ada", "Ada", "ada@example.com"))
            .email("me@example.com")
            .invitation("lab", "ada")
            .invitation("club", "ada");
        let client = fresh(config).1;
        let service = client.organization();
        let (lab, club) = (look(&client, "lab").await, look(&client, "club").await);
        assert_eq!(members(&lab), [("ada", "Ada", &OrganizationRole::Admin)]);
        assert_eq!(lab.pending_invites, [OrganizationInvite::new("me@example.com")]);
        assert_eq!(refusal(service.delete_organization(&lab.id).await), "access_denied");
        service.respond_to_organization_invitation(&lab.id, true).await.unwrap();
        let joined = look(&client, "lab").await;
        let both = [("ada", "Ada", &OrganizationRole::Admin), ("local", "local", &OrganizationRole::Viewer)];
        assert_eq!((members(&joined).as_slice(), joined.pending_invites.len()), (&both[..], 0));
        assert_eq!(refusal(service.respond_to_organization_invitation(&lab.id, true).await), "invite_not_found");
        assert_eq!(refusal(service.remove_users_from_organization(&lab.id, ["ada"]).await), "access_denied");
        let role = RoleAssignment::new("local", OrganizationRole::Admin);
        assert_eq!(refusal(service.assign_roles(&lab.id, [role]).await), "access_denied");
        let invite = service.invite_users_to_organization(&lab.id, [OrganizationInvite::new("a@b")]).await;
        assert_eq!(refusal(invite), "access_denied");

        service.respond_to_organization_invitation(&club.id, false).await.unwrap();
        let filter = OrganizationFilter::new().members(["ada", "local"]);
        let found = service.get_organizations().filter(filter).await.unwrap();
        assert_eq!((found.total, found.organizations[0].name.as_str()), (1, "lab"));
        assert_eq!(service.get_organizations().await.unwrap().total, 1);
        service.remove_users_from_organization(&lab.id, ["local"]).await.unwrap();
        assert_eq!(service.get_organizations().await.unwrap().total, 0);
    })
    .await;
}

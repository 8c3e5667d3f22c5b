//! Organizations, through a client.

use decthings::Client;
use decthings::api::organization::{OrganizationFilter, RoleAssignment};
use decthings::types::{Organization, OrganizationInvite, OrganizationRole};
use decthings_local::{LocalConfig, LocalUser};

use crate::support::{client, error_code, fresh, invalid, within};

async fn get_organization(client: &Client, name: &str) -> Organization {
    let filter = OrganizationFilter::new().names([name]);
    client.organization().get_organizations().filter(filter).await.unwrap().organizations.pop().unwrap()
}

fn members(organization: &Organization) -> Vec<(&str, &str, &OrganizationRole)> {
    organization.members.iter().map(|one| (one.user_id.as_str(), one.username.as_str(), &one.role)).collect()
}

#[tokio::test]
async fn founder_is_admin_and_invites_users() {
    within(async {
        let client = client();
        let service = client.organization();
        let id = service.create_organization("lab").await.unwrap().organization_id;
        assert_eq!(error_code(service.create_organization("lab").await), "name_in_use");
        assert_eq!(error_code(service.create_organization(" ").await), invalid("name"));
        assert_eq!(members(&get_organization(&client, "lab").await), [("local", "local", &OrganizationRole::Admin)]);

        let ada = || OrganizationInvite::new("ada@example.com");
        service.invite_users_to_organization(&id, [ada(), ada()]).await.unwrap();
        let own = OrganizationInvite::new("local@localhost");
        service.invite_users_to_organization(&id, [OrganizationInvite::new("Ada@example.com"), own]).await.unwrap();
        assert_eq!(get_organization(&client, "lab").await.pending_invites, [ada()]);
        let bad = service.invite_users_to_organization(&id, [ada(), OrganizationInvite::new("ada")]).await;
        assert_eq!(error_code(bad), invalid("users[1].email"));
        assert_eq!(error_code(service.invite_users_to_organization("no", [ada()]).await), "organization_not_found");

        let role = |user: &str, role| RoleAssignment::new(user, role);
        let viewer = service.assign_roles(&id, [role("local", OrganizationRole::Viewer)]).await;
        assert_eq!(error_code(viewer), invalid("members"));
        let other = service.assign_roles(&id, [role("ada", OrganizationRole::Viewer)]).await;
        assert_eq!(error_code(other), "member_not_found");
        assert_eq!(error_code(service.remove_users_from_organization(&id, ["ada"]).await), "member_not_found");
        let last = service.remove_users_from_organization(&id, ["local"]).await;
        assert_eq!(error_code(last), invalid("userIds"));
        assert_eq!(error_code(service.respond_to_organization_invitation(&id, true).await), "invite_not_found");
        service.delete_organization(&id).await.unwrap();
        assert_eq!(error_code(service.delete_organization(&id).await), "organization_not_found");
    })
    .await;
}

#[tokio::test]
async fn invitation_is_accepted_or_declined() {
    within(async {
        let config = LocalConfig::new()
            .user(LocalUser::new("ada", "Ada", "ada@example.com"))
            .email("me@example.com")
            .invitation("lab", "ada")
            .invitation("club", "ada");
        let client = fresh(config).1;
        let service = client.organization();
        let (lab, club) = (get_organization(&client, "lab").await, get_organization(&client, "club").await);
        assert_eq!(members(&lab), [("ada", "Ada", &OrganizationRole::Admin)]);
        assert_eq!(lab.pending_invites, [OrganizationInvite::new("me@example.com")]);
        assert_eq!(error_code(service.delete_organization(&lab.id).await), "access_denied");
        service.respond_to_organization_invitation(&lab.id, true).await.unwrap();
        let joined = get_organization(&client, "lab").await;
        let both = [("ada", "Ada", &OrganizationRole::Admin), ("local", "local", &OrganizationRole::Viewer)];
        assert_eq!((members(&joined).as_slice(), joined.pending_invites.len()), (&both[..], 0));
        assert_eq!(error_code(service.respond_to_organization_invitation(&lab.id, true).await), "invite_not_found");
        assert_eq!(error_code(service.remove_users_from_organization(&lab.id, ["ada"]).await), "access_denied");
        let role = RoleAssignment::new("local", OrganizationRole::Admin);
        assert_eq!(error_code(service.assign_roles(&lab.id, [role]).await), "access_denied");
        let invite = service.invite_users_to_organization(&lab.id, [OrganizationInvite::new("a@b")]).await;
        assert_eq!(error_code(invite), "access_denied");

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

//! Users, notifications, bills and quotas, through a client.

use decthings::api::user::{BillingCycle, NotificationAction, NotificationData, TrainingOutcome};
use decthings::types::Month;
use decthings_local::{LocalConfig, LocalUser};

use crate::support::{
    client, ended, error_code, fresh, invalid, launcher, many, moons, new_model, new_state, one, within,
};

#[tokio::test]
async fn users_are_found() {
    within(async {
        let ada = LocalUser::new("ada", "Ada Lovelace", "ada@example.com");
        let client = fresh(LocalConfig::new().user(ada)).1;
        let users = client.user();
        let found = users.find_matching_users("LOVE").await.unwrap().users;
        assert_eq!((found.len(), found[0].user_id.as_str()), (1, "ada"));
        assert!(users.find_matching_users("nobody").await.unwrap().users.is_empty());
        let found = users.get_users(["no", "ada", "local"]).await.unwrap().users;
        assert_eq!(found.iter().map(|user| user.username.as_str()).collect::<Vec<_>>(), ["local", "Ada Lovelace"]);
    })
    .await;
}

#[tokio::test]
async fn end_of_a_training_session_is_notified() {
    within(async {
        let client = client();
        let users = client.user();
        let first = users.get_notifications().await.unwrap().notifications;
        assert_eq!((first.len(), first[0].viewed, &first[0].data), (1, false, &NotificationData::AccountRegistered));
        let id = new_model(&client, "a", "mlp").await;
        new_state(&client, &id, "first").await;
        let (x, y) = moons(20, 1);
        let data = [many("x", x), many("y", y), one("epochs", 1u32)];
        let session = client.model().train(&id, "second", data, launcher()).await.unwrap().training_session_id.clone();
        ended(&client, &id, &session).await;
        let all = users.get_notifications().await.unwrap().notifications;
        let NotificationData::TrainingFinished(finished) = &all[1].data else { panic!("{all:?}") };
        assert_eq!((&finished.model_id, &finished.training_session_id), (&id, &session));
        assert_eq!((finished.new_state_name.as_str(), &finished.state), ("second", &TrainingOutcome::Completed));

        users.set_notification(&all[1].id, NotificationAction::Viewed).await.unwrap();
        let seen = users.get_notifications().notification_ids([&all[1].id]).await.unwrap().notifications;
        assert_eq!((seen.len(), seen[0].viewed), (1, true));
        users.set_notification(&all[0].id, NotificationAction::Delete).await.unwrap();
        assert_eq!(users.get_notifications().await.unwrap().notifications, seen);
        let gone = users.set_notification(&all[0].id, NotificationAction::Viewed).await;
        assert_eq!(error_code(gone), "notification_not_found");
        let action = NotificationAction::from("unknown".to_owned());
        assert_eq!(error_code(users.set_notification(&all[1].id, action).await), invalid("action"));
    })
    .await;
}

#[tokio::test]
async fn bills_are_empty_and_quotas_are_the_limits() {
    within(async {
        let client = client();
        let users = client.user();
        assert_eq!(users.estimate_amount_due().await.unwrap().amount, 0.0);
        let cycle = BillingCycle::new(2026, Month::Feb);
        let bill = users.get_billing_stats().billing_cycle(cycle).await.unwrap();
        assert_eq!((bill.year, bill.month, bill.total_cost), (2026, Month::Feb, 0.0));
        let bill = users.get_billing_stats().await.unwrap();
        assert!(bill.year >= 2026 && bill.per_day.is_empty());
        let cycle = BillingCycle::new(2026, Month::from("UNKNOWN".to_owned()));
        let bad = users.get_billing_stats().billing_cycle(cycle).await;
        assert_eq!(error_code(bad), invalid("billingCycle.month"));

        new_model(&client, "a", "mlp").await;
        let quotas = users.get_quotas().await.unwrap().quotas;
        let models = quotas.iter().find(|quota| quota.name == "models").unwrap();
        assert_eq!((models.limit, models.used), (1000.0, 1.0));
    })
    .await;
}

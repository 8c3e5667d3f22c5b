//! The service `User`. Everything is free here, so bills are empty.

use std::sync::Arc;

use decthings::api::user::{
    EstimateAmountDueRequest, EstimateAmountDueResult, FindMatchingUsersRequest, FindMatchingUsersResult,
    GetBillingStatsRequest, GetBillingStatsResult, GetNotificationsRequest, GetNotificationsResult, GetQuotasRequest,
    GetQuotasResult, GetUsersRequest, GetUsersResult, Quota, SetNotificationRequest, SetNotificationResult,
    UserService,
};
use decthings::runtime::ServiceResult;
use decthings::types::Month;

use crate::config::LocalUser;
use crate::context::Context;
use crate::error::CallError;
use crate::util;

/// How many users one search finds at most.
const MAX_FOUND: usize = 100;

/// The service.
pub(crate) struct Users(pub(crate) Arc<Context>);

impl UserService for Users {
    async fn find_matching_users(&self, request: FindMatchingUsersRequest) -> ServiceResult<FindMatchingUsersRequest> {
        let store = self.0.store();
        let term = request.search_term.to_lowercase();
        let found = store.users.all.iter().filter(|user| user.name.to_lowercase().contains(&term));
        Ok(FindMatchingUsersResult::new(found.take(MAX_FOUND).map(LocalUser::view)))
    }

    async fn get_users(&self, request: GetUsersRequest) -> ServiceResult<GetUsersRequest> {
        let store = self.0.store();
        let found = store.users.all.iter().filter(|user| request.user_ids.contains(&user.id));
        Ok(GetUsersResult::new(found.map(LocalUser::view)))
    }

    async fn get_notifications(&self, request: GetNotificationsRequest) -> ServiceResult<GetNotificationsRequest> {
        let store = self.0.store();
        let wanted = request.notification_ids;
        let found = store
            .users
            .notifications()
            .into_iter()
            .filter(|one| wanted.as_ref().is_none_or(|ids| ids.contains(&one.id)));
        Ok(GetNotificationsResult::new(found.cloned()))
    }

    async fn set_notification(&self, request: SetNotificationRequest) -> ServiceResult<SetNotificationRequest> {
        let mut store = self.0.change();
        store.users.set_notification(&request.notification_id, &request.action)?;
        store.commit().map_err(CallError::from)?;
        Ok(SetNotificationResult::new())
    }

    async fn get_billing_stats(&self, request: GetBillingStatsRequest) -> ServiceResult<GetBillingStatsRequest> {
        Ok(billing_stats(request)?)
    }

    async fn estimate_amount_due(&self, _: EstimateAmountDueRequest) -> ServiceResult<EstimateAmountDueRequest> {
        Ok(EstimateAmountDueResult::new(0.0))
    }

    async fn get_quotas(&self, _: GetQuotasRequest) -> ServiceResult<GetQuotasRequest> {
        Ok(GetQuotasResult::new(quotas(&self.0)))
    }
}

fn billing_stats(request: GetBillingStatsRequest) -> Result<GetBillingStatsResult, CallError> {
    let (year, month) = match request.billing_cycle {
        Some(cycle) => (cycle.year, cycle.month),
        None => this_month(),
    };
    if let Month::Unrecognized(other) = &month {
        let reason = format!("unknown month {other:?}; months are JAN, FEB and so on");
        return Err(CallError::invalid("billingCycle.month", reason));
    }
    Ok(GetBillingStatsResult::new(year, month, 0.0, []))
}

fn this_month() -> (u32, Month) {
    let (year, month) = util::month(util::now());
    let all = [
        Month::Jan,
        Month::Feb,
        Month::Mar,
        Month::Apr,
        Month::May,
        Month::Jun,
        Month::Jul,
        Month::Aug,
        Month::Sep,
        Month::Oct,
        Month::Nov,
        Month::Dec,
    ];
    (year, all.into_iter().nth(month).unwrap_or(Month::Dec))
}

/// The limits of this server and the current usage, without a history.
fn quotas(context: &Context) -> Vec<Quota> {
    let store = context.store();
    let limits = &context.config.limits;
    let count = |name: &str, limit: usize, used: usize| Quota::new(name, "", limit as f64, used as f64, []);
    vec![
        Quota::new("stored data", "bytes", limits.stored_bytes as f64, store.stored_bytes() as f64, []),
        count("datasets", limits.datasets, store.datasets.len()),
        count("models", limits.models, store.models.len()),
        count("persistent launchers", limits.persistent_launchers, store.launchers.0.len()),
        count("repositories", limits.repositories, store.repositories.len()),
        count("organizations", limits.organizations, store.organizations.len()),
        count("jobs", limits.jobs, context.jobs.count()),
    ]
}

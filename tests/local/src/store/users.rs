//! Users, and the notifications of the caller.

use decthings::api::user::{Notification, NotificationAction, NotificationData};
use decthings::types::{Owner, OwnerUser, User};
use serde::{Deserialize, Serialize};

use super::table::{Record, Table};
use crate::config::{LocalConfig, LocalUser};
use crate::error::CallError;
use crate::util;

/// The id and the name of the caller.
pub(crate) const USER: &str = "local";

/// The owner of everything.
pub(crate) fn owner() -> Owner {
    Owner::User(OwnerUser::new(USER, USER))
}

/// How many notifications are kept. The oldest are dropped.
const MAX_NOTIFICATIONS: usize = 1_000;

/// All users, and the notifications of the caller.
pub(crate) struct Users {
    /// The caller first.
    pub(crate) all: Vec<LocalUser>,
    pub(crate) notifications: Table<StoredNotification>,
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct StoredNotification {
    sequence: u64,
    notification: Notification,
}

impl Users {
    /// The configured users, without notifications.
    pub(crate) fn new(config: &LocalConfig) -> Self {
        let caller = LocalUser::new(USER, USER, &config.email);
        let all = [caller].into_iter().chain(config.users.iter().cloned()).collect();
        Self { all, notifications: Table::default() }
    }

    pub(crate) fn find(&self, id: &str) -> Option<&LocalUser> {
        self.all.iter().find(|user| user.id == id)
    }

    pub(crate) fn find_by_email(&self, email: &str) -> Option<&LocalUser> {
        self.all.iter().find(|user| user.email.eq_ignore_ascii_case(email))
    }

    /// Whether an email address is that of the caller.
    pub(crate) fn is_caller(&self, email: &str) -> bool {
        self.find_by_email(email).is_some_and(|user| user.id == USER)
    }

    /// The notifications, the oldest first.
    pub(crate) fn notifications(&self) -> Vec<&Notification> {
        let mut all: Vec<_> = self.notifications.values().collect();
        all.sort_by_key(|stored| stored.sequence);
        all.into_iter().map(|stored| &stored.notification).collect()
    }

    /// Notifies the caller.
    pub(crate) fn notify(&mut self, sequence: u64, data: impl Into<NotificationData>) {
        while self.notifications.len() >= MAX_NOTIFICATIONS {
            let Some(oldest) = self.notifications().first().map(|oldest| oldest.id.clone()) else { break };
            self.notifications.remove(&oldest);
        }
        let notification = Notification::new(util::new_id(), util::now(), false, data);
        self.notifications.insert(notification.id.clone(), StoredNotification { sequence, notification });
    }

    pub(crate) fn set_notification(&mut self, id: &str, action: &NotificationAction) -> Result<(), CallError> {
        let stored = self.notifications.get_mut(id).ok_or(CallError::NotificationNotFound)?;
        match action {
            NotificationAction::Delete => {
                self.notifications.remove(id);
            }
            NotificationAction::Viewed => stored.notification.viewed = true,
            other => {
                let reason = format!("cannot be {:?}; it may be delete or viewed", other.as_str());
                return Err(CallError::invalid("action", reason));
            }
        }
        Ok(())
    }
}

impl Record for StoredNotification {
    const KIND: &'static str = "notification";

    fn sequence(&self) -> u64 {
        self.sequence
    }
}

impl LocalUser {
    pub(crate) fn view(&self) -> User {
        User::new(&self.id, &self.name)
    }
}

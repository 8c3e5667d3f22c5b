//! Users, and what the caller is told: notifications.

use decthings::api::user::{Notification, NotificationAction, NotificationData};
use decthings::types::User;

use super::{Store, USER, ids};
use crate::config::LocalUser;
use crate::fail::Fail;
use crate::time;

/// How many notifications are kept; older ones make room.
const KEPT: usize = 1_000;

impl Store {
    pub(crate) fn user(&self, id: &str) -> Option<&LocalUser> {
        self.users.iter().find(|user| user.id == id)
    }

    pub(crate) fn user_by_email(&self, email: &str) -> Option<&LocalUser> {
        self.users.iter().find(|user| user.email.eq_ignore_ascii_case(email))
    }

    /// Whether an email is that of the caller.
    pub(crate) fn is_caller(&self, email: &str) -> bool {
        self.user_by_email(email).is_some_and(|user| user.id == USER)
    }

    /// Tells the caller something.
    pub(crate) fn notify(&mut self, data: impl Into<NotificationData>) {
        if self.notifications.len() >= KEPT {
            self.notifications.remove(0);
        }
        self.notifications.push(Notification::new(ids::id(), time::now(), false, data));
    }

    pub(crate) fn set_notification(&mut self, id: &str, action: &NotificationAction) -> Result<(), Fail> {
        let found = self.notifications.iter().position(|notification| notification.id == id);
        let index = found.ok_or(Fail::NotificationNotFound)?;
        match action {
            NotificationAction::Delete => {
                self.notifications.remove(index);
            }
            NotificationAction::Viewed => {
                if let Some(notification) = self.notifications.get_mut(index) {
                    notification.viewed = true;
                }
            }
            other => {
                let reason = format!("cannot be {:?}; it may be delete or viewed", other.as_str());
                return Err(Fail::invalid("action", reason));
            }
        }
        Ok(())
    }
}

impl LocalUser {
    pub(crate) fn view(&self) -> User {
        User::new(&self.id, &self.name)
    }
}

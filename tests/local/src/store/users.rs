//! Users, and the notifications of the caller.

use decthings::api::user::{Notification, NotificationAction, NotificationData};
use decthings::types::{Owner, OwnerUser, User};

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
#[derive(Default)]
pub(crate) struct Users {
    /// The caller first.
    pub(crate) all: Vec<LocalUser>,
    /// The oldest first.
    pub(crate) notifications: Vec<Notification>,
}

impl Users {
    pub(crate) fn new(config: &LocalConfig) -> Self {
        let caller = LocalUser::new(USER, USER, &config.email);
        let all = [caller].into_iter().chain(config.users.iter().cloned()).collect();
        let mut users = Self { all, notifications: Vec::new() };
        users.notify(NotificationData::AccountRegistered);
        users
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

    /// Notifies the caller.
    pub(crate) fn notify(&mut self, data: impl Into<NotificationData>) {
        if self.notifications.len() >= MAX_NOTIFICATIONS {
            self.notifications.remove(0);
        }
        self.notifications.push(Notification::new(util::new_id(), util::now(), false, data));
    }

    pub(crate) fn set_notification(&mut self, id: &str, action: &NotificationAction) -> Result<(), CallError> {
        let found = self.notifications.iter().position(|notification| notification.id == id);
        let index = found.ok_or(CallError::NotificationNotFound)?;
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
                return Err(CallError::invalid("action", reason));
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

//! What holds for an API as a whole.

use super::lowering::Lowering;
use crate::ir::{Contact, Info, License};
use crate::naming::case;
use crate::source::Location;
use crate::spanned::Spanned;
use crate::spec;

/// The version of a definition that names none.
const NO_VERSION: &str = "0.0.0";

impl Lowering<'_> {
    pub(super) fn info(&mut self) -> Info {
        let spec = self.spec;
        if let Some((summary, text)) = spec.summary.as_ref().and_then(|summary| Some((summary, summary.get()?))) {
            self.check_text(text, "summary", &summary.at, "say in a few words what the API is, or remove it");
        }
        Info {
            version: spec.version.as_ref().and_then(|version| self.version(version)).unwrap_or(NO_VERSION.to_owned()),
            summary: spec.summary.as_ref().and_then(Spanned::get).cloned(),
            license: spec.license.as_ref().and_then(|license| self.license(license)),
            contact: spec.contact.as_ref().and_then(|contact| self.contact(contact)),
        }
    }

    fn version(&mut self, version: &Spanned<String>) -> Option<String> {
        let text = version.get()?;
        if let Err(error) = semver::Version::parse(text) {
            let message = format!("`{text}` is not a semantic version: {error}");
            self.error(&version.at, message, "write three numbers, such as `1.0.0`");
        }
        Some(text.clone())
    }

    fn license(&mut self, license: &Spanned<spec::License>) -> Option<License> {
        let spec::License { name, identifier, url } = license.get()?;
        let at = &license.at;
        self.check_text(name, "name of the license", at, "write its name, such as `MIT`");
        if let Some(identifier) = identifier {
            self.check_text(identifier, "identifier of the license", at, "write an SPDX expression, or remove it");
        }
        if let Some(url) = url {
            self.check_url(url, at);
        }
        if identifier.is_some() && url.is_some() {
            self.error(at, "the license has an `identifier` and a `url`", "remove one of them; they say the same");
        }
        Some(License { name: name.clone(), identifier: identifier.clone(), url: url.clone() })
    }

    fn contact(&mut self, contact: &Spanned<spec::Contact>) -> Option<Contact> {
        let spec::Contact { name, url, email } = contact.get()?;
        let at = &contact.at;
        if name.is_none() && url.is_none() && email.is_none() {
            self.error(at, "the contact is empty", "add a `name`, a `url` or an `email`, or remove it");
        }
        if let Some(name) = name {
            self.check_text(name, "name of the contact", at, "name a person or an organization, or remove it");
        }
        if let Some(url) = url {
            self.check_url(url, at);
        }
        let is_address =
            |email: &String| email.split_once('@').is_some_and(|(user, host)| !user.is_empty() && !host.is_empty());
        if let Some(email) = email.as_ref().filter(|email| !is_address(email)) {
            self.error(at, format!("`{email}` is not an email address"), "write an address such as `api@shop.example`");
        }
        Some(Contact { name: name.clone(), url: url.clone(), email: email.clone() })
    }

    fn check_text(&mut self, text: &str, what: &str, at: &Location, help: &str) {
        if text.trim().is_empty() {
            self.error(at, format!("the {what} is empty"), help);
        }
    }

    fn check_url(&mut self, url: &str, at: &Location) {
        let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
        if rest.is_none_or(|rest| rest.is_empty() || rest.contains(char::is_whitespace)) {
            self.error(at, format!("`{url}` is not a URL of a page"), "begin it with `https://`");
        }
    }

    /// The prefix of the environment variables.
    pub(super) fn environment(&mut self) -> String {
        let spec = self.spec;
        let Some(prefix) = &spec.environment else {
            let prefix = case::upper_snake(&spec.title);
            if !case::is_upper_snake(&prefix) {
                let message = format!("environment variables cannot be named after the title `{}`", spec.title);
                self.error(&Location::default(), message, "add `environment`, their prefix, such as `SHOP`");
            }
            return prefix;
        };
        let name = prefix.get().cloned().unwrap_or_default();
        if !case::is_upper_snake(&name) {
            let message = format!("`{name}` is not a prefix of environment variables");
            let help = "use upper-case letters, digits and `_`, such as `SHOP`, and at most 100 of them";
            self.error(&prefix.at, message, help);
        }
        name
    }
}

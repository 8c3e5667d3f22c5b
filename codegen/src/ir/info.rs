//! What documents about an API say of it as a whole.

/// The version of the definition, and who is behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Info {
    /// The version of the definition, a semantic version.
    pub version: String,
    /// What the API is, in a few words.
    pub summary: Option<String>,
    /// The license of the definition.
    pub license: Option<License>,
    /// Whom to ask about the API.
    pub contact: Option<Contact>,
}

/// A license.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct License {
    /// Its name.
    pub name: String,
    /// The same as an SPDX expression.
    pub identifier: Option<String>,
    /// Where its text is.
    pub url: Option<String>,
}

/// Whom to ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// Name of a person or an organization.
    pub name: Option<String>,
    /// A page.
    pub url: Option<String>,
    /// An email address.
    pub email: Option<String>,
}

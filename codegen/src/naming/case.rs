//! How names are written: the cases of letters.

use heck::{ToLowerCamelCase, ToShoutySnakeCase, ToSnakeCase, ToUpperCamelCase};

/// The largest number of characters of a name that becomes the name of a file. File systems stop at 255 bytes, and
/// words are separated there.
const MAX_LENGTH: usize = 100;

/// Whether a name is UpperCamelCase letters and digits; a run of capitals such as `FS` is fine.
pub(crate) fn is_type_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_uppercase()) && is_short_word(name)
}

/// Whether a name is lowerCamelCase letters and digits.
pub(crate) fn is_member_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase()) && is_short_word(name)
}

/// Whether a name may be given as an `identifier`.
pub(crate) fn is_identifier(name: &str) -> bool {
    name.len() <= MAX_LENGTH && is_word(name)
}

/// Whether a name begins with a letter, and has letters, digits and underscores.
pub(crate) fn is_word(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Whether a name is UPPER_SNAKE_CASE letters and digits.
pub(crate) fn is_upper_snake(name: &str) -> bool {
    let is_upper = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    name.starts_with(|first: char| first.is_ascii_uppercase()) && name.len() <= MAX_LENGTH && name.chars().all(is_upper)
}

fn is_short_word(name: &str) -> bool {
    name.len() <= MAX_LENGTH && name.chars().all(|c| c.is_ascii_alphanumeric())
}

/// `trainingStatus`, `training_status` → `TrainingStatus`.
pub(crate) fn upper_camel(name: &str) -> String {
    name.to_upper_camel_case()
}

/// `PersistentLauncher`, `FS` → `persistentLauncher`, `fs`.
pub(crate) fn lower_camel(name: &str) -> String {
    name.to_lower_camel_case()
}

/// `trainingStatus`, `FS` → `training_status`, `fs`.
pub(crate) fn snake(name: &str) -> String {
    name.to_snake_case()
}

/// `Message queue` → `MESSAGE_QUEUE`.
pub(crate) fn upper_snake(name: &str) -> String {
    name.to_shouty_snake_case()
}

/// `trainingStatus` → `training status`, for prose.
pub(crate) fn words(name: &str) -> String {
    name.to_snake_case().replace('_', " ")
}

/// `PersistentLauncher` → `persistent-launcher`, for addresses and sample values.
pub(crate) fn kebab(name: &str) -> String {
    name.to_snake_case().replace('_', "-")
}

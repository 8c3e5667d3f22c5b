//! Open sets of strings.

/// Declares an enum of the strings that a value may be. Any other string becomes `Unrecognized`, which the macro adds.
///
/// ```
/// use decthings::runtime::string_enum;
///
/// string_enum! {
///     /// A size.
///     pub enum Size {
///         /// Small.
///         Small = "small",
///         /// Large.
///         Large = "large",
///     }
/// }
///
/// let size: Size = serde_json::from_str("\"small\"")?;
/// assert_eq!(size, Size::Small);
/// assert_eq!(Size::from("huge".to_owned()).as_str(), "huge");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[macro_export]
macro_rules! string_enum {
    (
        $(#[$about:meta])*
        pub enum $name:ident {
            $($(#[$doc:meta])* $variant:ident = $value:literal,)*
        }
    ) => {
        $(#[$about])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(from = "String", into = "String")]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$doc])* $variant,)*
            /// A value that this version doesn't know, as it came.
            Unrecognized(String),
        }

        impl $name {
            /// The values that this version knows, as the API spells them.
            pub const VALUES: &'static [&'static str] = &[$($value),*];

            /// The value, as the API spells it.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $value,)*
                    Self::Unrecognized(value) => value,
                }
            }
        }

        impl From<String> for $name {
            fn from(value: String) -> Self {
                match value.as_str() {
                    $($value => Self::$variant,)*
                    _ => Self::Unrecognized(value),
                }
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.as_str().to_owned()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

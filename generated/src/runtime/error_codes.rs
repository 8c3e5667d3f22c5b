//! The errors of a method, from a table of their codes.

/// What an error code means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Meaning {
    /// One sentence; empty when that is not known.
    pub description: &'static str,
    /// Whether the same call may succeed later.
    pub is_retryable: bool,
}

impl Meaning {
    /// What a code means that may not be answered otherwise later.
    pub const fn new(description: &'static str) -> Self {
        Self { description, is_retryable: false }
    }

    /// The same call may succeed later.
    pub const fn retryable(self) -> Self {
        Self { is_retryable: true, ..self }
    }
}

/// Implements [`ErrorCode`](crate::runtime::ErrorCode) for an enum of a method's errors.
///
/// The enum and the function that tells what codes mean come first, then each variant with its code. A variant that
/// holds the error's fields is written `Variant(fields)`. The enum's last variant is
/// `Unrecognized(ApiError)`, which holds every other code.
#[macro_export]
macro_rules! error_codes {
    ($name:ident, $meaning:path; $($variant:ident $(($fields:ident))? = $code:literal,)*) => {
        #[allow(unused_variables)]
        impl $crate::runtime::ErrorCode for $name {
            fn from_api(error: $crate::runtime::ApiError) -> Result<Self, $crate::runtime::FieldError> {
                let known = match error.code() {
                    $($code => Self::$variant $(({
                        let $fields = error.parse_fields()?;
                        $fields
                    }))?,)*
                    _ => Self::Unrecognized(error),
                };
                Ok(known)
            }

            fn code(&self) -> &str {
                match self {
                    $(Self::$variant $(($fields))? => $code,)*
                    Self::Unrecognized(error) => error.code(),
                }
            }

            fn into_api(self) -> $crate::runtime::ApiError {
                match self {
                    $(Self::$variant $(($fields))? => $crate::error_codes!(@write $code $(, $fields)?),)*
                    Self::Unrecognized(error) => error,
                }
            }

            fn is_retryable(&self) -> bool {
                $meaning(self.code()).is_retryable
            }

            fn description(&self) -> &str {
                $meaning(self.code()).description
            }
        }
    };
    (@write $code:literal) => {
        $crate::runtime::ApiError::new($code)
    };
    (@write $code:literal, $fields:ident) => {
        $crate::runtime::ApiError::with_fields($code, &$fields)
    };
}

//! The errors of a method, from a table of their codes.

/// What an error code means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ErrorInfo {
    /// One sentence; empty when that is not known.
    pub description: &'static str,
    /// Whether the same call may succeed later.
    pub is_retryable: bool,
}

impl ErrorInfo {
    /// What a code means that may not be answered otherwise later.
    pub const fn new(description: &'static str) -> Self {
        Self { description, is_retryable: false }
    }

    /// The same call may succeed later.
    pub const fn retryable(self) -> Self {
        Self { is_retryable: true, ..self }
    }
}

/// Declares the errors of a method: an enum with a code a variant, which is an
/// [`ErrorCode`](crate::runtime::ErrorCode).
///
/// The function that tells what codes mean comes first. A variant may hold what the error carries. Codes of no variant
/// become `Unrecognized`, which is added.
#[macro_export]
macro_rules! error_codes {
    (
        use $error_info:path;

        $(#[$about:meta])*
        pub enum $name:ident {
            $($(#[$doc:meta])* $variant:ident $(($fields:ty))? = $code:literal,)*
        }
    ) => {
        $(#[$about])*
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$doc])* $variant $(($fields))?,)*
            /// A code that this version doesn't know, with its fields.
            Unrecognized($crate::runtime::ApiError),
        }

        impl $crate::runtime::ErrorCode for $name {
            fn from_api(error: $crate::runtime::ApiError) -> Result<Self, $crate::runtime::FieldError> {
                Ok(match error.code() {
                    $($code => Self::$variant $((error.parse_fields::<$fields>()?))?,)*
                    _ => Self::Unrecognized(error),
                })
            }

            fn code(&self) -> &str {
                match self {
                    $(Self::$variant { .. } => $code,)*
                    Self::Unrecognized(error) => error.code(),
                }
            }

            fn into_api(self) -> $crate::runtime::ApiError {
                match self {
                    $(Self::$variant $(($crate::error_codes!(@bind fields: $fields)))? =>
                        $crate::error_codes!(@write $code $(, fields: $fields)?),)*
                    Self::Unrecognized(error) => error,
                }
            }

            fn is_retryable(&self) -> bool {
                $error_info(self.code()).is_retryable
            }

            fn description(&self) -> &str {
                $error_info(self.code()).description
            }
        }
    };
    (@bind $name:ident: $fields:ty) => {
        $name
    };
    (@write $code:literal) => {
        $crate::runtime::ApiError::new($code)
    };
    (@write $code:literal, $name:ident: $fields:ty) => {
        $crate::runtime::ApiError::with_fields($code, &$name)
    };
}

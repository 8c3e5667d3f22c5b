//! The errors of a method, from a table of their codes.

/// What is known of an error code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ErrorInfo {
    /// What the code means, in one sentence; empty if that is unknown.
    pub description: &'static str,
    /// Whether the same call may succeed later. A call that was rejected with the code took no effect.
    pub is_retryable: bool,
}

impl ErrorInfo {
    /// A code that is not retryable.
    pub const fn new(description: &'static str) -> Self {
        Self { description, is_retryable: false }
    }

    /// Marks the code as retryable: the rejected call took no effect, and may succeed later.
    pub const fn retryable(self) -> Self {
        Self { is_retryable: true, ..self }
    }
}

/// The error of a server for a request that it cannot read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidRequest {
    /// The code.
    pub code: &'static str,
    /// The field with the path of the parameter that is missing or invalid, such as `keys[0].data`.
    pub parameter: &'static str,
    /// The field that says what is wrong with it.
    pub reason: &'static str,
}

impl InvalidRequest {
    /// The first of several, for [`error_codes!`](crate::error_codes).
    pub const fn first_of(mut all: &[Option<Self>]) -> Option<Self> {
        while let [first, rest @ ..] = all {
            if first.is_some() {
                return *first;
            }
            all = rest;
        }
        None
    }
}

/// Declares an enum of error codes, which implements [`ErrorCode`](crate::runtime::ErrorCode) and
/// [`MethodError`](crate::runtime::MethodError).
///
/// A variant may hold the fields of the error. With `#[invalid_request("parameter", "reason")]` it is the error for requests
/// that a server cannot read, with these two fields, as [`InvalidRequest`](crate::runtime::InvalidRequest) has them. A
/// `#[shared]` variant holds another enum of error codes. An error with a
/// code of no variant becomes `Unrecognized`, which the macro adds. A function `error_info`, which returns the
/// [`ErrorInfo`](crate::runtime::ErrorInfo) of a code, has to be in scope.
///
/// ```
/// use decthings::runtime::{ErrorCode, ErrorInfo, error_codes};
///
/// fn error_info(code: &str) -> ErrorInfo {
///     match code {
///         "busy" => ErrorInfo::new("The shop is full.").retryable(),
///         "sold_out" => ErrorInfo::new("Nothing is left."),
///         _ => ErrorInfo::new(""),
///     }
/// }
///
/// error_codes! {
///     /// Errors of every method.
///     pub enum CommonError {
///         /// The shop is full.
///         Busy = "busy",
///     }
/// }
///
/// error_codes! {
///     /// Errors of `buy`.
///     pub enum BuyError {
///         /// Nothing is left.
///         SoldOut = "sold_out",
///         #[shared]
///         Common(CommonError),
///     }
/// }
///
/// let error = BuyError::from(CommonError::Busy);
/// assert_eq!(error, BuyError::Common(CommonError::Busy));
/// assert!(error.code() == "busy" && error.is_retryable());
/// ```
#[macro_export]
macro_rules! error_codes {
    (
        $(#[doc = $about:literal])*
        pub enum $name:ident {
            $(
                $(#[doc = $doc:literal])*
                $(#[invalid_request($parameter:literal, $reason:literal)])?
                $variant:ident $(($fields:ty))? = $code:literal,
            )*
            $(#[shared] $shared:ident($errors:ident),)*
        }
    ) => {
        $(#[doc = $about])*
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[doc = $doc])* $variant $(($fields))?,)*
            $(#[doc = concat!("An error that several methods share: see [`", stringify!($errors), "`].")] $shared($errors),)*
            /// A code that this version doesn't know, with its fields.
            Unrecognized($crate::runtime::ApiError),
        }

        impl $crate::runtime::ErrorCode for $name {
            const INVALID_REQUEST: Option<$crate::runtime::InvalidRequest> = $crate::runtime::InvalidRequest::first_of(&[
                $($(Some($crate::runtime::InvalidRequest { code: $code, parameter: $parameter, reason: $reason }),)?)*
                $(<$errors as $crate::runtime::ErrorCode>::INVALID_REQUEST,)*
            ]);

            fn codes() -> Vec<(&'static str, $crate::runtime::ErrorInfo)> {
                let own: &[(&'static str, $crate::runtime::ErrorInfo)] = &[$(($code, error_info($code))),*];
                [own, $(&<$errors as $crate::runtime::ErrorCode>::codes()),*].concat()
            }

            fn from_api(error: $crate::runtime::ApiError) -> Result<Self, $crate::runtime::FieldError> {
                match error.code() {
                    $($code => return Ok(Self::$variant $((error.parse_fields::<$fields>()?))?),)*
                    _ => {}
                }
                $(let error = match <$errors as $crate::runtime::ErrorCode>::from_api(error)? {
                    $errors::Unrecognized(error) => error,
                    error => return Ok(Self::$shared(error)),
                };)*
                Ok(Self::Unrecognized(error))
            }

            fn code(&self) -> &str {
                match self {
                    $(Self::$variant { .. } => $code,)*
                    $(Self::$shared(error) => error.code(),)*
                    Self::Unrecognized(error) => error.code(),
                }
            }

            fn into_api(self) -> $crate::runtime::ApiError {
                match self {
                    $(Self::$variant $(($crate::error_codes!(@bind fields: $fields)))? =>
                        $crate::error_codes!(@write $code $(, fields: $fields)?),)*
                    $(Self::$shared(error) => error.into_api(),)*
                    Self::Unrecognized(error) => error,
                }
            }

            fn is_retryable(&self) -> bool {
                error_info(self.code()).is_retryable
            }

            fn description(&self) -> &str {
                error_info(self.code()).description
            }
        }

        impl $crate::runtime::MethodError for $name {}

        $(impl From<$errors> for $name {
            fn from(error: $errors) -> Self {
                match error {
                    $errors::Unrecognized(error) => Self::Unrecognized(error),
                    error => Self::$shared(error),
                }
            }
        })*
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

//! Why a service refuses a call.

use crate::runtime::client::Operation;
use crate::runtime::method::{ApiError, ErrorCode, Method};

/// What a service answers to a request.
pub type ServiceResult<R> = Result<<R as Operation>::Response, ServiceError<<R as Operation>::Error>>;

/// The reply of a method that a service leaves out.
pub fn not_implemented<R: Operation>(request: R) -> std::future::Ready<ServiceResult<R>> {
    drop(request);
    std::future::ready(Err(ServiceError::not_implemented(R::METHOD)))
}

/// Why a service refuses a call: with one of the method's own errors, or with any.
#[derive(Clone, Debug, PartialEq)]
pub enum ServiceError<E> {
    /// An error of the method.
    Api(E),
    /// Another error.
    Other(ApiError),
}

impl<E> ServiceError<E> {
    /// The answer of a method that a service leaves out: the code `not_implemented`.
    pub fn not_implemented(method: &'static Method) -> Self {
        let message = format!("{}.{} is not implemented here", method.service, method.name);
        Self::Other(ApiError::with_message("not_implemented", message))
    }
}

impl<E: ErrorCode> ServiceError<E> {
    /// The code with its fields.
    pub fn into_api(self) -> ApiError {
        match self {
            Self::Api(error) => error.into_api(),
            Self::Other(error) => error,
        }
    }
}

impl<E> From<E> for ServiceError<E> {
    fn from(error: E) -> Self {
        Self::Api(error)
    }
}

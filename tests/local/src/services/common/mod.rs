//! What services have in common: checks of parameters, and what calls refer to.

pub(crate) mod check;
pub(crate) mod code;
pub(crate) mod location;
pub(crate) mod parameters;
pub(crate) mod states;

/// Implements the trait of a service with functions of the same names, which are in the modules given. They take what
/// the service wraps and the request, and return the response or a `CallError`.
macro_rules! delegate {
    (
        impl $service:ident for $type:ident;
        $(fn $method:ident($request:ty) in $module:ident;)*
        $(async fn $async_method:ident($async_request:ty) in $async_module:ident;)*
    ) => {
        impl $service for $type {
            $(async fn $method(&self, request: $request) -> ::decthings::runtime::ServiceResult<$request> {
                Ok($module::$method(&self.0, request)?)
            })*

            $(async fn $async_method(
                &self,
                request: $async_request,
            ) -> ::decthings::runtime::ServiceResult<$async_request> {
                Ok($async_module::$async_method(&self.0, request).await?)
            })*
        }
    };
}

pub(crate) use delegate;

//! Which API key is sent: one that may be changed, or one that is asked for.

use std::sync::{Arc, PoisonError, RwLock};
use std::{error, fmt};

use futures_core::future::BoxFuture;

use super::headers::bearer;
use crate::runtime::error::{BuildError, Failure};
use crate::runtime::method::ApiKey;

/// Gives the API key for each attempt of a call. It may take its time, which counts as the attempt's, and should keep
/// what it got as long as that holds.
///
/// An async function or closure without parameters is one.
pub trait ApiKeyProvider: Send + Sync + 'static {
    /// The key; nothing for none.
    ///
    /// # Errors
    ///
    /// There is none to be had at the moment. The attempt fails without anything being sent, and is made again.
    fn api_key(&self) -> BoxFuture<'_, Result<Option<ApiKey>, ProviderError>>;
}

/// Why a provider has no key. What it says must not hold one.
pub type ProviderError = Box<dyn error::Error + Send + Sync>;

impl<F, Fut> ApiKeyProvider for F
where
    F: Fn() -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<Option<ApiKey>, ProviderError>> + Send + 'static,
{
    fn api_key(&self) -> BoxFuture<'_, Result<Option<ApiKey>, ProviderError>> {
        Box::pin(self())
    }
}

/// What keys are sent. Clones of a client share it.
#[derive(Default)]
pub(crate) struct Credentials {
    state: RwLock<State>,
    /// The address that no key may be sent to, as it is not encrypted.
    insecure: Option<String>,
}

#[derive(Clone, Default)]
struct State {
    /// The key, or the last one that the provider gave.
    key: Option<ApiKey>,
    provider: Option<Arc<dyn ApiKeyProvider>>,
}

impl Credentials {
    pub(crate) fn new(
        key: Option<ApiKey>,
        provider: Option<Arc<dyn ApiKeyProvider>>,
        insecure: Option<String>,
    ) -> Result<Self, BuildError> {
        let credentials = Self { state: RwLock::default(), insecure };
        credentials.check(key.as_ref())?;
        match &credentials.insecure {
            Some(url) if provider.is_some() => return Err(BuildError::InsecureKey { url: url.clone() }),
            _ => {}
        }
        credentials.replace(State { key, provider });
        Ok(credentials)
    }

    /// Sends this key from now on.
    pub(crate) fn set(&self, key: Option<ApiKey>) -> Result<(), BuildError> {
        self.check(key.as_ref())?;
        self.replace(State { key, provider: None });
        Ok(())
    }

    /// The key for an attempt.
    pub(crate) async fn key(&self) -> Result<Option<ApiKey>, Failure> {
        let state = self.state();
        let Some(provider) = state.provider else { return Ok(state.key) };
        let key = provider.api_key().await.map_err(|source| {
            let message = format!("there is no API key: {source}");
            Failure::Transport { message, unsent: true, source: Some(source) }
        })?;
        if key.as_ref().is_some_and(|key| bearer(key).is_none()) {
            return Err(Failure::invalid("", format!("the API key {CONTROL}")));
        }
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        // Another one may have been set while this one was waited for.
        if state.provider.is_some() {
            state.key.clone_from(&key);
        }
        Ok(key)
    }

    /// The last key that is known, for what cannot wait for one.
    pub(crate) fn last(&self) -> Option<ApiKey> {
        self.state().key
    }

    fn check(&self, key: Option<&ApiKey>) -> Result<(), BuildError> {
        let Some(key) = key else { return Ok(()) };
        if let Some(url) = &self.insecure {
            return Err(BuildError::InsecureKey { url: url.clone() });
        }
        match bearer(key) {
            Some(_) => Ok(()),
            None => Err(BuildError::ApiKey { reason: CONTROL.to_owned() }),
        }
    }

    fn state(&self) -> State {
        self.state.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn replace(&self, state: State) {
        *self.state.write().unwrap_or_else(PoisonError::into_inner) = state;
    }
}

const CONTROL: &str = "has control characters";

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").finish_non_exhaustive()
    }
}

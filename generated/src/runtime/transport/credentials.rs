//! API keys that are set by the user, or by a provider.

use std::error;
use std::sync::{Arc, PoisonError, RwLock};

use futures_core::future::BoxFuture;

use super::headers::{Headers, bearer};
use crate::runtime::error::{BuildError, Failure};
use crate::runtime::method::ApiKey;
use crate::runtime::redact::Redactor;

/// Provides the API key for each attempt of a call. A provider should cache its key while it is valid, as the time that
/// it takes counts toward the timeout of the attempt.
///
/// Async functions and closures without parameters implement it.
pub trait ApiKeyProvider: Send + Sync + 'static {
    /// Returns the key, or `None` to send none.
    ///
    /// # Errors
    ///
    /// The key is unavailable. The attempt fails without sending a request, and is retried.
    fn api_key(&self) -> BoxFuture<'_, Result<Option<ApiKey>, ProviderError>>;
}

/// Why a provider has no key. The message must not contain a key.
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

/// The number of keys that are remembered, as the service may repeat one after it was replaced.
const MAX_RECENT: usize = 16;

const CONTROL_CHARACTERS: &str = "has control characters";

/// The API key, or its provider, of a client and its clones.
#[derive(Default)]
pub(crate) struct Credentials {
    state: RwLock<State>,
    /// The user's headers, whose values may be secret.
    headers: Headers,
    /// The URL that no key may be sent to, as it is not encrypted.
    insecure: Option<String>,
}

#[derive(Clone, Default)]
struct State {
    /// The key that was set, or the last one of the provider.
    key: Option<ApiKey>,
    provider: Option<Arc<dyn ApiKeyProvider>>,
    /// The last keys, the newest last.
    recent: Vec<ApiKey>,
}

impl State {
    fn set_key(&mut self, key: Option<ApiKey>) {
        if let Some(key) = key.as_ref().filter(|key| !self.recent.contains(key)) {
            if self.recent.len() >= MAX_RECENT {
                self.recent.remove(0);
            }
            self.recent.push(key.clone());
        }
        self.key = key;
    }
}

impl Credentials {
    pub(crate) fn new(
        key: Option<ApiKey>,
        provider: Option<Arc<dyn ApiKeyProvider>>,
        headers: Headers,
        insecure: Option<String>,
    ) -> Result<Self, BuildError> {
        let credentials = Self { state: RwLock::default(), headers, insecure };
        credentials.replace(key, provider)?;
        Ok(credentials)
    }

    /// Sets the key, and removes the provider.
    pub(crate) fn set(&self, key: Option<ApiKey>) -> Result<(), BuildError> {
        self.replace(key, None)
    }

    fn replace(&self, key: Option<ApiKey>, provider: Option<Arc<dyn ApiKeyProvider>>) -> Result<(), BuildError> {
        match &self.insecure {
            Some(url) if key.is_some() || provider.is_some() => Err(BuildError::InsecureKey { url: url.clone() }),
            _ if key.as_ref().is_some_and(|key| bearer(key).is_none()) => {
                Err(BuildError::ApiKey { reason: CONTROL_CHARACTERS.to_owned() })
            }
            _ => {
                let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
                state.set_key(key);
                state.provider = provider;
                Ok(())
            }
        }
    }

    /// The key for an attempt.
    pub(crate) async fn key(&self) -> Result<Option<ApiKey>, Failure> {
        let state = self.state();
        let Some(provider) = state.provider else { return Ok(state.key) };
        let key = provider.api_key().await.map_err(|source| {
            let message = format!("no API key is available: {source}");
            Failure::Transport { message, unsent: true, source: Some(source) }
        })?;
        if key.as_ref().is_some_and(|key| bearer(key).is_none()) {
            return Err(Failure::invalid("", format!("the API key {CONTROL_CHARACTERS}")));
        }
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        // The user may have set another key meanwhile.
        if state.provider.is_some() {
            state.set_key(key.clone());
        }
        Ok(key)
    }

    /// The last known key, for requests that cannot wait for a provider.
    pub(crate) fn last(&self) -> Option<ApiKey> {
        self.state().key
    }

    /// Redacts the credentials of this client.
    pub(crate) fn redactor(&self) -> Redactor {
        let mut redactor = Redactor::default();
        self.state().recent.iter().for_each(|key| redactor.add(key.expose()));
        self.headers.add_secrets(&mut redactor);
        redactor
    }

    fn state(&self) -> State {
        self.state.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

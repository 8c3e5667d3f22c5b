//! TLS with rustls, and the certificates that the system trusts.

use std::sync::Arc;

use rustls::ClientConfig;
use rustls::crypto::CryptoProvider;
use rustls_platform_verifier::BuilderVerifierExt;

use crate::runtime::error::BuildError;

/// Makes a configuration. It uses the cryptography that the program installed, and installs none.
pub(crate) fn config() -> Result<ClientConfig, BuildError> {
    let provider = match CryptoProvider::get_default() {
        Some(provider) => provider.clone(),
        None => default_provider()?,
    };
    ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_platform_verifier())
        .map(|builder| builder.with_no_client_auth())
        .map_err(|error| BuildError::Setup { source: Box::new(error) })
}

#[cfg(feature = "rustls")]
fn default_provider() -> Result<Arc<CryptoProvider>, BuildError> {
    Ok(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
}

#[cfg(not(feature = "rustls"))]
fn default_provider() -> Result<Arc<CryptoProvider>, BuildError> {
    let reason = "the cargo feature `rustls-no-provider` needs a provider: install one before building a client, for \
        example with `rustls::crypto::ring::default_provider().install_default()`, or use the cargo feature `rustls`";
    Err(BuildError::Setup { source: reason.into() })
}

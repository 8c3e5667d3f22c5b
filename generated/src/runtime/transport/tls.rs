//! TLS with rustls and ring, and the certificates that the system trusts.

use std::sync::Arc;

use rustls::ClientConfig;
use rustls_platform_verifier::BuilderVerifierExt;

use crate::runtime::error::BuildError;

/// Makes a configuration that neither needs nor changes the process-wide provider.
pub(crate) fn config() -> Result<ClientConfig, BuildError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_platform_verifier())
        .map(|builder| builder.with_no_client_auth())
        .map_err(|error| BuildError::Setup { source: Box::new(error) })
}

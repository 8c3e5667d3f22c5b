//! TLS: rustls with ring, and the system's own judgement of certificates.

use std::sync::Arc;

use rustls::ClientConfig;
use rustls_platform_verifier::BuilderVerifierExt;

use crate::runtime::error::BuildError;

/// A configuration of its own: a library must not count on a process-wide provider, nor install one.
///
/// It is made once and cloned, since reading the system's certificates takes its time.
pub(crate) fn config() -> Result<ClientConfig, BuildError> {
    make().map_err(|error| BuildError::Setup { source: Box::new(error) })
}

fn make() -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(builder.with_platform_verifier()?.with_no_client_auth())
}

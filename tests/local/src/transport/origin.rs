//! Rejects what web pages of other sites send: a browser sends it with the user's access to this machine.

use std::net::IpAddr;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{HOST, ORIGIN};
use axum::http::uri::Authority;
use axum::http::{HeaderValue, Response, StatusCode, Uri};
use axum::middleware::Next;

use super::response;
use super::shared::Shared;

/// The most of a rejected header that is shown.
const SHOWN_CHARACTERS: usize = 100;

/// Passes on requests for a host of this server, from programs and from pages of such hosts.
///
/// A page can give its own name the address of this server (DNS rebinding), so the name has to be right too.
pub(super) async fn check(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response<Body> {
    let is_allowed = |authority: &Authority| shared.is_allowed_host(authority.host());
    let headers = request.headers();
    let hosts = headers.get_all(HOST).iter().map(|host| (host, parse::<Authority>(host)));
    let origins = headers.get_all(ORIGIN).iter();
    let origins = origins.map(|origin| (origin, parse::<Uri>(origin).and_then(|uri| uri.authority().cloned())));
    let mut named = hosts.chain(origins);
    if let Some((header, _)) = named.find(|(_, authority)| !authority.as_ref().is_some_and(is_allowed)) {
        let shown: String = String::from_utf8_lossy(header.as_bytes()).chars().take(SHOWN_CHARACTERS).collect();
        let help = "start the server with --allow-host, or LocalConfig::allow_host, if it is yours";
        return forbidden(format!("{shown:?} is not a host of this server, nor a page of one; {help}\n"));
    }
    // A URI with a host, which proxies receive, takes precedence over the header.
    if !headers.contains_key(HOST) || !request.uri().authority().is_none_or(is_allowed) {
        return forbidden("the header Host is missing, or the URI has a foreign host\n".to_owned());
    }
    next.run(request).await
}

fn parse<T: std::str::FromStr>(header: &HeaderValue) -> Option<T> {
    header.to_str().ok()?.parse().ok()
}

fn forbidden(message: String) -> Response<Body> {
    response::text(StatusCode::FORBIDDEN, message)
}

/// Whether a host, as URLs have it, stands for this machine.
pub(super) fn is_own_host(host: &str, own: IpAddr, any_address: bool) -> bool {
    let host = host.trim_end_matches('.');
    if let Ok(address) = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>() {
        let address = address.to_canonical();
        return any_address || address.is_loopback() || address == own;
    }
    // Browsers resolve these names themselves.
    let host = host.to_ascii_lowercase();
    host == "localhost" || host.ends_with(".localhost")
}

//! Builds a client from its settings.

use std::sync::Arc;

use super::attempts::Core;
use super::builder::ClientBuilder;
use super::endpoint::{self, Endpoint};
use super::handle::{ApiClient, Client};
use super::retry::RetryBudget;
use crate::runtime::error::BuildError;
#[cfg(any(feature = "ws", feature = "server"))]
use crate::runtime::transport::{BufferLimits, Connector, SessionSettings};
use crate::runtime::transport::{ConnectSettings, Credentials, Headers, Http, HttpSettings, Session, Transport};
#[cfg(feature = "ws")]
use crate::runtime::transport::{WebSocketConnector, WebSocketSettings};

type Connections = (Arc<dyn Transport>, Session, Headers, Arc<Credentials>);

/// The URL of an API without one, where nothing connects to it.
const UNUSED_URL: &str = "http://localhost";

impl<C: ApiClient> ClientBuilder<C> {
    /// Makes the client. The first call connects.
    ///
    /// # Errors
    ///
    /// A setting is invalid; see [`BuildError`].
    pub fn build(self) -> Result<C, BuildError> {
        if let Some(variable) = self.invalid_variable {
            return Err(BuildError::Environment { variable });
        }
        let unused = self.transport.is_some().then_some(UNUSED_URL);
        #[cfg(feature = "server")]
        let unused = unused.or(self.in_process.is_some().then_some(UNUSED_URL));
        let http = match self.http_url.as_deref().or(C::HTTP_URL).or(unused) {
            Some(url) => Endpoint::http(url)?,
            None => {
                let reason =
                    format!("is missing; call `http_url`, or set {}_HTTP_URL and call `from_env`", C::ENVIRONMENT);
                return Err(BuildError::Url { url: String::new(), reason });
            }
        };
        // Beside an HTTP URL that was set, the default would be another server.
        let default = C::WEBSOCKET_URL.filter(|_| self.http_url.is_none());
        let websocket = match self.websocket_url.as_deref().or(default) {
            Some(url) => Endpoint::websocket_at(url)?,
            None => http.websocket()?,
        };
        let (http_url, websocket_url) = (http.url.to_string(), websocket.url.to_string());
        let (transport, session, headers, credentials) = self.connections(http, websocket)?;
        let transport = self.transport_layers.iter().fold(transport, |transport, layer| layer(transport));
        Ok(C::from(Client(Arc::new(Core {
            transport,
            session,
            headers,
            credentials,
            middleware: self.middleware,
            timeout: self.timeout,
            attempt_timeout: self.attempt_timeout,
            retry: self.retry,
            json_limits: self.json_limits,
            budget: RetryBudget::new(self.retry_budget),
            http_url,
            websocket_url,
        }))))
    }

    fn connections(&self, http: Endpoint, websocket: Endpoint) -> Result<Connections, BuildError> {
        #[cfg(feature = "server")]
        if let Some((transport, connector)) = self.in_process.clone() {
            let credentials = Arc::new(Credentials::default());
            let session = Session::new(Some(self.session(connector, credentials.clone())));
            let transport = self.transport.clone().unwrap_or(transport);
            return Ok((transport, session, Headers::default(), credentials));
        }
        let connect = ConnectSettings {
            timeout: self.connect_timeout,
            user_agent: C::USER_AGENT,
            client: None,
            proxy: None,
            local_names: Vec::new(),
            #[cfg(feature = "rustls-no-provider")]
            tls: match self.pool {
                Some(_) => None,
                None => Some(crate::runtime::transport::tls_config()?),
            },
        };
        let http_connect = http.connect_settings(&connect, self.pool.as_ref(), &self.proxy)?;
        let websocket_client = self.websocket_pool.as_ref().or(self.pool.as_ref());
        let websocket_connect = websocket.connect_settings(&connect, websocket_client, &self.proxy)?;
        let readers = [http.unencrypted_to(&http_connect), websocket.unencrypted_to(&websocket_connect)];
        let credentials = Arc::new(self.credentials(readers.into_iter().flatten().next())?);
        let headers = Headers::new(&self.headers)?;
        let transport = match &self.transport {
            Some(transport) => transport.clone(),
            None => {
                http.check_tls(&http_connect)?;
                let settings = HttpSettings {
                    base: http.url,
                    connect: http_connect,
                    max_response_bytes: self.max_response_bytes,
                    json_limits: self.json_limits,
                    max_connections: self.max_connections,
                };
                Arc::new(Http::new(settings)?)
            }
        };
        #[cfg(feature = "ws")]
        let session = {
            websocket.check_tls(&websocket_connect)?;
            let settings = WebSocketSettings {
                request_url: websocket.request_url(),
                url: websocket.url,
                headers: Headers::of_user(&self.headers)?,
                connect: websocket_connect,
                max_message_bytes: self.max_message_bytes,
            };
            let connector = WebSocketConnector::new(settings)?;
            Session::new(Some(self.session(Arc::new(connector), credentials.clone())))
        };
        #[cfg(not(feature = "ws"))]
        let session = Session::new(None);
        Ok((transport, session, headers, credentials))
    }

    /// `insecure` is the URL of another machine that would get the key unencrypted.
    fn credentials(&self, insecure: Option<String>) -> Result<Credentials, BuildError> {
        let key = match &self.api_key_file {
            Some(path) => Some(endpoint::read_key(path)?),
            None => self.api_key.clone(),
        };
        let insecure = insecure.filter(|_| !self.allow_insecure_key);
        Credentials::new(key, self.api_key_provider.clone(), Headers::of_user(&self.headers)?, insecure)
    }

    #[cfg(any(feature = "ws", feature = "server"))]
    fn session(&self, connector: Arc<dyn Connector>, credentials: Arc<Credentials>) -> SessionSettings {
        SessionSettings {
            connector,
            credentials,
            max_message_bytes: self.max_message_bytes,
            json_limits: self.json_limits,
            max_calls: self.max_websocket_calls,
            max_queued_bytes: self.max_queued_bytes,
            idle_timeout: self.websocket_idle_timeout,
            heartbeat: self.heartbeat,
            reconnect: self.reconnect,
            limits: BufferLimits { events: self.event_buffer, bytes: 16 << 20 },
            timeout: self.timeout,
        }
    }
}

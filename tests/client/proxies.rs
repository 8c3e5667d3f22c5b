//! Proxies, the names of this machine, and the user's own HTTP clients: for HTTP and the WebSocket.

use std::net::SocketAddr;
use std::sync::Arc;

use decthings::{BuildError, Client, ClientBuilder, Error, RetryPolicy};
use decthings_tests::codec::response_message;
use decthings_tests::server::{Listener, Reply, RequestMessage, Server, ok, response, sized, unused_address};
use decthings_tests::{KEY, log_value, soon};
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

use super::support::{get_state, state_bytes, state_frame};
use super::websocket::talk::launch;

/// A client of a server that only the proxy could reach.
fn builder(scheme: &str, proxy: &str) -> ClientBuilder {
    let builder = Client::builder().http_url(format!("{scheme}://192.0.2.1:9/v0")).retry(RetryPolicy::off());
    builder.proxy(proxy).api_key(KEY).allow_insecure_key(true)
}

/// The errors of a call over HTTP and of a call on the WebSocket. No request was sent.
async fn errors(client: &Client) -> [String; 2] {
    let http = get_state(client).await.unwrap_err();
    assert!(matches!(http, Error::Transport { unsent: true, .. }), "{http:?}");
    let websocket = soon(launch(client, "x").send()).await.unwrap_err();
    assert!(matches!(websocket, Error::Transport { unsent: true, .. }), "{websocket:?}");
    log_value(&(&http, &websocket));
    [http.to_string(), websocket.to_string()]
}

/// Responds to the next call, which is on a WebSocket. Returns the path and the user agent of the handshake.
async fn launch_through(server: &Listener, client: &Client) -> (String, String) {
    let call = tokio::spawn(launch(client, "x").send());
    let mut socket = server.accept().await;
    let request = socket.request("launch").await;
    assert_eq!(request.json["apiKey"], KEY);
    socket.respond(request.id, json!({"talkId": "t"})).await;
    assert_eq!(soon(call).await.unwrap().unwrap().talk_id, "t");
    (socket.handshake.path().to_owned(), socket.handshake.header("user-agent").concat())
}

#[tokio::test]
async fn without_tls_the_proxy_gets_the_requests() {
    let proxy = Server::always(Reply::Respond(ok(&state_frame(b"proxy")))).await;
    let client = builder("http", &format!("http://{}", proxy.address())).build().unwrap();
    assert_eq!(state_bytes(&get_state(&client).await), b"proxy");
    assert_eq!(proxy.only_request().path(), "http://192.0.2.1:9/v0/Model/getModelState");
    let proxy = Listener::bind().await;
    // Without a scheme, it is that of HTTP.
    let client = builder("http", &proxy.address().to_string()).build().unwrap();
    assert_eq!(launch_through(&proxy, &client).await.0, "http://192.0.2.1:9/v0/ws");
}

#[tokio::test]
async fn tls_goes_through_a_tunnel() {
    let proxy = Server::always(Reply::Respond(response("200 Connected", &[], b""))).await;
    let client = builder("https", &format!("http://name:secret@{}", proxy.address())).build().unwrap();
    assert!(!format!("{client:#?}").contains("secret"));
    for error in errors(&client).await {
        // The proxy responds itself to what goes through the tunnel.
        assert!(error.contains("does the server speak TLS"), "{error}");
        assert!(!error.contains("secret"), "{error}");
    }
    let tunnels = proxy.requests();
    assert_eq!(tunnels.len(), 2);
    for tunnel in tunnels {
        assert_eq!(tunnel.path(), "192.0.2.1:9");
        assert_eq!(tunnel.header("proxy-authorization"), ["Basic bmFtZTpzZWNyZXQ="]);
        assert!(tunnel.header("authorization").is_empty() && !format!("{tunnel:?}").contains(KEY));
    }
}

#[tokio::test]
async fn a_proxy_that_does_not_connect_is_named() {
    for (status, reason) in [("407 Who are you", "proxy authorization required"), ("403 Forbidden", "unsuccessful")] {
        let proxy = Server::always(Reply::Respond(sized(status, b"no"))).await;
        let url = format!("http://{}/", proxy.address());
        for error in errors(&builder("https", &url).build().unwrap()).await {
            assert!(error.contains(&format!("through the proxy {url}: ")) && error.contains(reason), "{error}");
            assert!(error.contains("`ClientBuilder::proxy` and `no_proxy`"), "{error}");
        }
    }
    for (scheme, reason) in [("http", "refused"), ("socks5", "SOCKS error")] {
        let url = format!("{scheme}://{}", unused_address().await);
        for error in errors(&builder("https", &url).build().unwrap()).await {
            assert!(error.contains(&format!("through the proxy {url}")) && error.contains(reason), "{error}");
        }
    }
}

#[test]
fn a_proxy_on_another_machine_gets_no_key_unencrypted() {
    let (far, near) = ("http://192.0.2.1:3128", "http://127.0.0.1:3128");
    let [remote, local, secure] = ["http://192.0.2.9/v0", "http://localhost:1/v0", "https://api.example/v0"];
    for (server, proxy, reader) in [
        (local, far, Some("http://192.0.2.1:3128/")),
        (local, "socks5://proxy.example", Some("socks5://proxy.example")),
        (remote, near, Some("http://192.0.2.9/v0")),
        (local, near, None),
        (secure, far, None),
    ] {
        let builder = Client::builder().http_url(server).proxy(proxy).api_key(KEY);
        match (builder.clone().build(), reader) {
            (Ok(_), None) => {}
            (Err(error), Some(reader)) => {
                assert!(matches!(error, BuildError::InsecureKey { .. }), "{error:?}");
                assert!(error.to_string().contains(reader), "{error}");
            }
            (result, _) => panic!("{server} through {proxy}: {result:?}"),
        }
        builder.allow_insecure_key(true).build().unwrap();
    }
    let websocket = Client::builder().websocket_url("ws://127.0.0.1:1/ws").proxy(far).api_key(KEY).build();
    assert!(matches!(websocket, Err(BuildError::InsecureKey { .. })), "{websocket:?}");
}

#[test]
fn an_invalid_proxy_is_rejected() {
    for proxy in ["", "ftp://proxy.example", "http://", "two words", &format!("ftp://name:{KEY}@proxy.example")] {
        let error = Client::builder().proxy(proxy).build().unwrap_err();
        assert!(matches!(error, BuildError::Url { .. }), "{error:?}");
        assert!(error.to_string().contains("proxy.example:3128") && !format!("{error:?}").contains(KEY), "{error:?}");
        Client::builder().proxy(proxy).no_proxy().build().unwrap();
    }
}

#[tokio::test]
async fn names_below_localhost_are_this_machine() {
    let server = Server::always(Reply::Respond(ok(&state_frame(b"abc")))).await;
    let url = format!("http://api.localhost:{}/v0", server.address().port());
    let client = Client::builder().http_url(url).api_key(KEY).build().unwrap();
    assert_eq!(state_bytes(&get_state(&client).await), b"abc");
    let server = Listener::bind().await;
    let url = format!("http://api.localhost:{}/v0", server.address().port());
    launch_through(&server, &Client::builder().http_url(url).api_key(KEY).build().unwrap()).await;
}

/// The settings of a client of the HTTP library with this user agent, which trusts this certificate.
fn own_builder(user_agent: &str, root: Option<CertificateDer<'static>>) -> reqwest::ClientBuilder {
    let mut roots = RootCertStore::empty();
    root.into_iter().for_each(|root| roots.add(root).unwrap());
    let tls = ClientConfig::builder_with_provider(Arc::new(default_provider()));
    let tls = tls.with_safe_default_protocol_versions().unwrap();
    let tls = tls.with_root_certificates(roots).with_no_client_auth();
    reqwest::Client::builder().tls_backend_preconfigured(tls).user_agent(user_agent).no_proxy()
}

fn own_client(user_agent: &str) -> reqwest::Client {
    own_builder(user_agent, None).build().unwrap()
}

/// Decrypts the connections to `server.example`, and passes them on. Returns where it listens, and its certificate.
async fn serve_tls(server: SocketAddr) -> (SocketAddr, CertificateDer<'static>) {
    let certified = rcgen::generate_simple_self_signed(["server.example".to_owned()]).unwrap();
    let certificate = certified.cert.der().clone();
    let key = certified.signing_key.serialize_der().try_into().unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()));
    let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
    let acceptor = TlsAcceptor::from(Arc::new(config.with_single_cert(vec![certificate.clone()], key).unwrap()));
    let listener = Listener::bind().await;
    let address = listener.address();
    tokio::spawn(async move {
        while let Some(stream) = listener.accept_any().await {
            let mut stream = acceptor.accept(stream).await.unwrap();
            tokio::spawn(async move {
                let mut server = TcpStream::connect(server).await.unwrap();
                copy_bidirectional(&mut stream, &mut server).await
            });
        }
    });
    (address, certificate)
}

/// A proxy whose tunnels all end at `server`.
async fn tunnel_to(server: SocketAddr) -> SocketAddr {
    let listener = Listener::bind().await;
    let address = listener.address();
    tokio::spawn(async move {
        while let Some(mut stream) = listener.accept_any().await {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(stream.read_u8().await.unwrap());
            }
            assert!(head.starts_with(b"CONNECT server.example:443 "));
            stream.write_all(&response("200 OK", &[], b"")).await.unwrap();
            tokio::spawn(async move {
                let mut server = TcpStream::connect(server).await.unwrap();
                copy_bidirectional(&mut stream, &mut server).await
            });
        }
    });
    address
}

#[tokio::test]
async fn calls_go_through_a_tunnel_and_tls() {
    let launched = |request: &RequestMessage| response_message(request.id, r#"{"result":{"talkId":"t"}}"#, &[]);
    let state = Reply::Respond(ok(&state_frame(b"abc")));
    let server = Server::builder().reply(move |_| state.clone()).messages(move |request| vec![launched(request)]);
    let server = server.start().await;
    let (tls, root) = serve_tls(server.address()).await;
    let proxy = format!("http://{}", tunnel_to(tls).await);
    let own = own_builder("own", Some(root)).proxy(reqwest::Proxy::all(proxy).unwrap()).build().unwrap();
    let client = Client::builder().http_url("https://server.example/v0").reqwest_client(own).api_key(KEY);
    let client = client.build().unwrap();
    assert_eq!(state_bytes(&get_state(&client).await), b"abc");
    assert_eq!(soon(launch(&client, "x").send()).await.unwrap().talk_id, "t");
    assert_eq!(server.take_message().unwrap().json["apiKey"], KEY);
}

#[tokio::test]
async fn a_client_of_the_user_connects_http_and_the_websocket() {
    let http = Server::always(Reply::Respond(ok(&state_frame(b"abc")))).await;
    let websocket = Listener::bind().await;
    let builder = Client::builder().http_url(http.url()).websocket_url(websocket.websocket_url()).api_key(KEY);
    let builder = builder.reqwest_client(own_client("own"));
    let client = builder.clone().build().unwrap();
    get_state(&client).await.unwrap();
    assert_eq!(http.only_request().header("user-agent"), ["own"]);
    assert_eq!(launch_through(&websocket, &client).await.1, "own");
    let client = builder.websocket_reqwest_client(own_client("other")).build().unwrap();
    get_state(&client).await.unwrap();
    assert_eq!(http.only_request().header("user-agent"), ["own"]);
    assert_eq!(launch_through(&websocket, &client).await.1, "other");
}

#[test]
fn a_client_of_the_user_looks_up_names_below_localhost() {
    let builder = Client::builder().http_url("http://api.localhost:1/v0").api_key(KEY);
    let error = builder.clone().reqwest_client(own_client("own")).build().unwrap_err();
    assert!(matches!(error, BuildError::InsecureKey { .. }), "{error:?}");
    let error = builder.websocket_reqwest_client(own_client("own")).build().unwrap_err();
    assert!(error.to_string().contains("ws://api.localhost:1/v0/ws"), "{error}");
    for url in ["http://localhost:1/v0", "http://127.0.0.1:1/v0"] {
        Client::builder().http_url(url).api_key(KEY).reqwest_client(own_client("own")).build().unwrap();
    }
}

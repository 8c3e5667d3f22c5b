//! Logging in, profiles, the precedence of settings, and `doctor`.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use decthings_tests::KEY;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::user::{Service, User};

/// Nothing listens there.
const DEAD: &str = "http://127.0.0.1:1/v0";

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// The line of `doctor` about a setting.
fn row(output: &str, name: &str) -> String {
    output.lines().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("{name} in {output}")).to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn login_stores_a_key_that_only_its_owner_can_read() {
    let service = Service::start().await;
    let user = User::new();
    let url = service.server.url();
    let said = user.run_with(&["login", "--url", &url], &format!("{KEY}\n")).success();
    assert!(said.contains("profile `default`") && said.contains(&url), "{said}");

    let folder = user.home.join("config/decthings");
    assert_eq!(mode(&folder), 0o700);
    assert_eq!(mode(&folder.join("credentials.toml")), 0o600);
    assert!(!std::fs::read_to_string(folder.join("config.toml")).unwrap().contains(KEY));

    let said = user.run(&["doctor"]).success();
    assert!(row(&said, "URL").ends_with("(profile)"), "{said}");
    assert!(said.contains("API key        present  (profile)"), "{said}");
    assert!(user.run(&["profiles"]).success().contains("with an API key"));

    user.run(&["logout"]).success();
    user.run(&["logout"]).failure(2);
    assert!(user.run(&["profiles"]).success().contains("no API key"));
    assert!(!std::fs::read_to_string(folder.join("credentials.toml")).unwrap().contains(KEY));
    user.run(&["doctor"]).failure(3);
}

#[tokio::test(flavor = "multi_thread")]
async fn login_stores_no_key_that_does_not_work() {
    let service = Service::start().await;
    let user = User::new();
    let url = service.server.url();
    let said = user.run_with(&["login", "--url", &url], "k3y-of-nobody").failure(3);
    assert!(said.contains("bad_credentials"), "{said}");
    let said = user.run_with(&["login", "--url", DEAD], KEY).failure(4);
    assert!(said.contains("--no-check"), "{said}");
    for input in ["", " \n", "k3y-1\nk3y-2", &"k3y-".repeat(2000)] {
        user.run_with(&["login", "--url", &url], input).failure(2);
    }
    user.run_with(&["login", "--url", "http://192.0.2.1/v0", "--no-check"], KEY).failure(2);
    assert!(user.run(&["profiles"]).success().contains("no profiles"));

    user.run_with(&["login", "--url", DEAD, "--no-check", "--profile", "later"], KEY).success();
    assert!(user.run(&["profiles"]).success().contains("later"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_option_overrides_a_variable_which_overrides_the_profile() {
    let service = Service::start().await;
    let url = service.server.url();
    let user = User::new();
    user.run_with(&["login", "--url", DEAD, "--ws-url", "ws://127.0.0.1:2/v0", "--no-check", "--profile", "dead"], KEY)
        .success();
    let user = user.with("DECTHINGS_PROFILE", "dead");
    let said = user.run(&["doctor"]).failure(4);
    assert!(said.contains("would fail"), "{said}");
    let out = user.run(&["doctor"]).out;
    assert!(row(&out, "profile").contains("dead  (environment variable DECTHINGS_PROFILE)"), "{out}");
    assert!(row(&out, "WebSocket URL").contains("ws://127.0.0.1:2/v0  (profile)"), "{out}");

    // The WebSocket of the profile is not that of the other URL.
    let user = user.with("DECTHINGS_HTTP_URL", &url);
    let out = user.run(&["doctor"]).success();
    assert!(row(&out, "URL").contains(&format!("{url}  (environment variable DECTHINGS_HTTP_URL)")), "{out}");
    assert!(row(&out, "WebSocket URL").contains("(from the URL)"), "{out}");

    let out = user.run(&["doctor", "--url", "http://127.0.0.1:3/v0"]).out;
    assert!(row(&out, "URL").contains("http://127.0.0.1:3/v0  (option --url)"), "{out}");

    let wrong = user.home.write("wrong", "k3y-of-nobody");
    let out = user.run(&["doctor", "--api-key-file", wrong.to_str().unwrap(), "--timeout", "2.5"]);
    assert!(row(&out.out, "timeout").contains("2.5 s  (option --timeout)"), "{out:?}");
    assert!(out.out.contains("API key        rejected"), "{out:?}");
    out.failure(3);

    let user = user.with("DECTHINGS_API_KEY", "k3y-of-nobody");
    let said = user.run_with(&["login", "--no-check", "--profile", "shadowed"], KEY).success();
    assert!(said.contains("DECTHINGS_API_KEY is set, and overrides it"), "{said}");
    let out = user.run(&["doctor"]);
    assert!(out.out.contains("present  (environment variable DECTHINGS_API_KEY)"), "{out:?}");
    out.failure(3);
    // A profile that is named on the command line overrides both variables.
    let out = user.run(&["doctor", "--profile", "shadowed"]).out;
    assert!(row(&out, "API key").contains("present  (profile)"), "{out}");
    assert!(row(&out, "URL").contains("(profile)"), "{out}");
    let said = user.run(&["doctor", "--profile", "typo"]).failure(2);
    assert!(said.contains("profiles: dead, shadowed"), "{said}");
    user.run(&["doctor", "--profile", "../typo"]).failure(2);
    user.run(&["doctor", "--timeout", "0"]).failure(2);
}

#[tokio::test(flavor = "multi_thread")]
async fn files_of_the_configuration_are_checked() {
    let service = Service::start().await;
    let user = User::new();
    user.run_with(&["login", "--url", &service.server.url()], KEY).success();
    let folder = user.home.join("config/decthings");
    let credentials = folder.join("credentials.toml");

    std::fs::set_permissions(&credentials, std::fs::Permissions::from_mode(0o640)).unwrap();
    let said = user.run(&["doctor"]).failure(2);
    assert!(said.contains("chmod 600"), "{said}");
    std::fs::set_permissions(&credentials, std::fs::Permissions::from_mode(0o600)).unwrap();

    std::fs::write(&credentials, format!("[profiles.default]\n\napi_key = \"{KEY}\n")).unwrap();
    let said = user.run(&["doctor"]).failure(2);
    assert!(said.contains("credentials.toml, line 3"), "{said}");
    std::fs::remove_file(&credentials).unwrap();

    let config = folder.join("config.toml");
    std::fs::write(&config, "[profiles.default]\ntimeout = 5\nurll = \"x\"\n").unwrap();
    assert!(user.run(&["doctor"]).failure(2).contains("`urll`"));
    // What a person has written is kept.
    std::fs::write(&config, "# mine\n[profiles.default]\ntimeout = 5 # short\n").unwrap();
    user.run_with(&["login", "--url", &service.server.url()], KEY).success();
    let text = std::fs::read_to_string(&config).unwrap();
    assert!(text.contains("# mine") && text.contains("timeout = 5 # short") && text.contains("url = "), "{text}");
    let out = user.run(&["doctor"]).success();
    assert!(row(&out, "timeout").contains("5 s  (profile)"), "{out}");
}

#[tokio::test(flavor = "multi_thread")]
async fn doctor_says_what_fails() {
    let service = Service::start().await;
    let out = service.user().run(&["doctor"]).success();
    for line in
        ["HTTP           works", "API key        accepted", "API            the first revision", "WebSocket      works"]
    {
        assert!(out.contains(line), "{out}");
    }
    let out = User::of(DEAD).run(&["doctor"]);
    assert!(out.out.contains("HTTP           fails") && out.out.contains("WebSocket      fails"), "{out:?}");
    out.failure(4);

    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v0", listener.local_addr().unwrap());
    let server = tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let mut request = [0; 4096];
            let _ = socket.read(&mut request).await;
            let response = "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
            let _ = socket.write_all(response.as_bytes()).await;
        }
    });
    let out = User::of(&url).run(&["doctor"]);
    server.abort();
    assert!(out.out.contains("HTTP status 404"), "{out:?}");
    out.failure(4);
}

//! The public items of the crate `decthings`, listed in `data/public_api.txt`, so that a change of them is deliberate.
//!
//! They are read from the sources with all features on: every public item of every module, including private modules,
//! which are re-exported. Macros are not expanded; items inside their braces are read.

mod outline;

use std::fs;

use decthings_tests::{difference, repository};

const HOW: &str = "BLESS=1 cargo test -p decthings-tests --test api public_api";

#[test]
fn the_public_api_matches_its_outline() {
    let path = repository("tests/data/public_api.txt");
    let fresh = outline::of_crate(&repository("generated/src"));
    for item in ["pub struct Client", "pub async fn send(self)", "pub enum TrainError", "pub trait ModelService"] {
        assert!(fresh.contains(item), "the outline lacks `{item}`");
    }
    assert!(!fresh.contains("pub(crate)") && !fresh.contains("Secret(Arc"), "the outline has private things");
    if std::env::var_os("BLESS").is_some() {
        return fs::write(path, fresh).unwrap();
    }
    let committed = fs::read_to_string(path).unwrap_or_default();
    assert!(
        committed == fresh,
        "the public API of `decthings` has changed. A line that is gone or different breaks code that uses it, which \
         needs a new major version (before 1.0, a minor one). If it is meant, run `{HOW}` and commit \
         tests/data/public_api.txt.\n{}",
        difference(&committed, &fresh, "public_api.txt")
    );
}

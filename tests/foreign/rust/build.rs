//! Generates from the exports; that the crate compiles is the test.

use std::path::Path;
use std::{env, fs};

fn main() {
    let exports = Path::new(&env::var("CARGO_MANIFEST_DIR").unwrap()).join("../../../schema/export/decthings");
    let out = env::var("OUT_DIR").unwrap();
    println!("cargo::rerun-if-changed={}", exports.display());

    let text = fs::read_to_string(exports.join("openapi-3.0.json")).unwrap();
    let spec: openapiv3::OpenAPI = serde_json::from_str(&text).unwrap();
    let client = progenitor::Generator::default().generate_tokens(&spec).unwrap();
    fs::write(Path::new(&out).join("progenitor.rs"), client.to_string()).unwrap();

    let text = fs::read_to_string(exports.join("decthings.bundle.schema.json")).unwrap();
    let schema: schemars::schema::RootSchema = serde_json::from_str(&text).unwrap();
    let mut types = typify::TypeSpace::new(&typify::TypeSpaceSettings::default());
    types.add_root_schema(schema).unwrap();
    fs::write(Path::new(&out).join("typify.rs"), types.to_stream().to_string()).unwrap();
}

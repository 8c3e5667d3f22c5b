//! `Model.getModels`: all fields that this project's types have.

#![expect(dead_code, reason = "values are read so that reading them is measured")]

use serde::Deserialize;

#[derive(Deserialize)]
pub struct Models {
    pub models: Vec<Model>,
    pub total: u32,
    pub offset: u32,
    pub limit: u32,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Model {
    id: String,
    name: String,
    description: String,
    public_access: bool,
    created_at: i64,
    tags: Vec<Tag>,
    owner: Owner,
    access: Access,
    being_created: bool,
    language: Language,
    wasm: bool,
    image: Image,
    parameter_definitions: ParameterDefinitions,
    default_launcher_specs: DefaultLauncherSpecs,
    max_durations_seconds: MaxDurationsSeconds,
    filesystem_size_mebibytes: u32,
    ongoing_training_sessions: Vec<String>,
    training_sessions: Vec<String>,
    states: Vec<State>,
    active_state: Option<String>,
    snapshots: Vec<Snapshot>,
    based_on_snapshot: Option<BaseSnapshot>,
}

#[derive(Deserialize)]
struct Tag {
    tag: String,
    value: String,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
enum Owner {
    User { user_id: String, username: String },
    Organization { organization_id: String, organization_name: String },
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Access {
    Read,
    Readwrite,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Language {
    Go,
    Javascript,
    Typescript,
    Python,
    Rust,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Image {
    domain: String,
    repository: String,
    reference: String,
    digest: String,
    target_domain: String,
    target_repository: String,
    target_reference: String,
    progress: Option<ImageProgress>,
    target_error: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ImageProgress {
    total_bytes: u64,
    copied_bytes: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ParameterDefinitions {
    create_state: Vec<ParameterDefinition>,
    train: Vec<ParameterDefinition>,
    evaluate_input: Vec<ParameterDefinition>,
    evaluate_output: Vec<ParameterDefinition>,
}

#[derive(Deserialize)]
struct ParameterDefinition {
    name: String,
    required: bool,
    rules: TensorRules,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TensorRules {
    shape: Vec<i64>,
    allowed_types: Vec<ElementType>,
    annotations: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum ElementType {
    F32,
    F64,
    I8,
    I16,
    I32,
    I64,
    U8,
    U16,
    U32,
    U64,
    String,
    Boolean,
    Binary,
    Image,
    Audio,
    Video,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DefaultLauncherSpecs {
    create_state: LauncherSpec,
    evaluate: LauncherSpec,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LauncherSpec {
    cpus: f64,
    memory_mebibytes: u32,
    disk_mebibytes: Option<u32>,
    swap_mebibytes: Option<u32>,
    gpus: Option<LauncherGpus>,
}

#[derive(Deserialize)]
struct LauncherGpus {
    model: String,
    count: u32,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct MaxDurationsSeconds {
    code_startup: u32,
    instantiate_model: u32,
    create_state: u32,
    train: u32,
    evaluate: u32,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct State {
    id: String,
    name: String,
    training_operations: Vec<String>,
    created_at: i64,
    being_deleted: bool,
    state: Vec<StateKeySize>,
    mounted_models: Vec<MountedModel>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct StateKeySize {
    key: String,
    byte_size: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct MountedModel {
    model_id: String,
    snapshot_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Snapshot {
    id: String,
    name: String,
    created_at: i64,
    filesystem_size_mebibytes: u32,
    parameter_definitions: ParameterDefinitions,
    default_launcher_specs: DefaultLauncherSpecs,
    max_durations_seconds: MaxDurationsSeconds,
    image: ImageReference,
    state: SnapshotState,
}

#[derive(Deserialize)]
struct ImageReference {
    domain: String,
    repository: String,
    reference: String,
    digest: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SnapshotState {
    name: String,
    state: Vec<StateKeySize>,
    mounted_models: Vec<MountedModel>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BaseSnapshot {
    model_id: String,
    snapshot_id: String,
    no_longer_exists: bool,
}

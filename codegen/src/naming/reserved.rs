//! The names that hand-written code has taken: the only list of them.
//!
//! Generated code adds functions to the runtime's [`CALL`], [`CLIENT`], [`ROUTER`] and [`SUBSCRIPTION`], and two inherent
//! functions of one name don't compile. Private functions count as well, and those of traits, which an inherent function
//! would hide. `tests/generator/reserved_names.rs` compares these lists with the sources of the runtime.
//!
//! `Waiter` has no list. Nothing is added to it, and the fields of a result that it dereferences to are not functions.

/// Functions of `Call`.
pub const CALL: &[&str] = &[
    "attempt_timeout",
    "blobs_to_files",
    "buffer",
    "in_parts",
    "into_future",
    "into_request",
    "items",
    "items_blocking",
    "make",
    "new",
    "on_progress",
    "pages",
    "pages_blocking",
    "request",
    "response",
    "retry",
    "send",
    "send_blocking",
    "subscribe",
    "subscribe_blocking",
    "timeout",
    "total",
    "total_blocking",
    "untyped",
    "with",
];

/// Functions of `Client`.
pub const CLIENT: &[&str] = &[
    "builder",
    "call_json",
    "fmt",
    "from_env",
    "http_url",
    "json_limits",
    "redactor",
    "release",
    "set_api_key",
    "websocket_url",
];

/// Functions of `Router`.
pub const ROUTER: &[&str] = &["connect", "dispatch", "events", "fmt", "handle", "max_json_bytes", "new", "route"];

/// Functions of `Subscription`.
pub const SUBSCRIPTION: &[&str] = &[
    "client",
    "fmt",
    "id",
    "next",
    "next_blocking",
    "next_raw",
    "poll",
    "poll_next",
    "typed",
    "unsubscribe",
    "unsubscribe_blocking",
];

/// Functions of the traits that types have by a derive or by a blanket implementation. An inherent function of such a
/// name would be called in their place, or could not be called at all.
pub const TRAITS: &[&str] = &[
    "as_ref",
    "borrow",
    "borrow_mut",
    "clone",
    "clone_from",
    "clone_into",
    "default",
    "deserialize",
    "drop",
    "eq",
    "fmt",
    "from",
    "into",
    "ne",
    "serialize",
    "to_owned",
    "try_from",
    "try_into",
    "type_id",
];

/// Cargo features of the crate that do not belong to a service.
pub const FEATURES: &[&str] = &[
    "axum",
    "blocking",
    "cli",
    "default",
    "dynamic",
    "image-rs",
    "ndarray",
    "npy",
    "rustls",
    "rustls-no-provider",
    "safetensors",
    "schemars",
    "server",
    "test-util",
    "tower",
    "tracing",
    "ws",
];

/// Modules of the generated root, and names that its files use beside a function or module of each service.
pub(super) const ROOT: &[&str] = &[
    "core",
    "dynamic",
    "errors",
    "method",
    "mod",
    "operation",
    "schemas",
    "serde",
    "service",
    "services",
    "std",
    "types",
    "visit",
    "visitor",
];

/// Files of a service's folder beside a module of each method.
pub(super) const FOLDER: &[&str] = &["events", "mod", "service"];

/// Crates that generated code names where it imports all of its folder.
pub(super) const CRATES: &[&str] = &["core", "decthings", "schemars", "serde", "serde_json", "std"];

/// Primitive types, which a module of such a name would hide.
pub(super) const PRIMITIVES: &[&str] = &[
    "bool", "char", "f16", "f32", "f64", "f128", "i8", "i16", "i32", "i64", "i128", "isize", "str", "u8", "u16", "u32",
    "u64", "u128", "usize",
];

/// Names that Windows has for devices, and for no file.
pub(super) const DEVICES: &[&str] = &[
    "aux", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9", "con", "lpt1", "lpt2", "lpt3",
    "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9", "nul", "prn",
];

/// Types that generated code uses with another meaning.
pub(super) const TYPES: &[&str] = &[
    "Api",
    "ApiError",
    "Arc",
    "Base64",
    "Blob",
    "BlobReader",
    "Box",
    "BoxFuture",
    "Call",
    "Cancellable",
    "Channel",
    "Client",
    "Clone",
    "Copy",
    "Debug",
    "Default",
    "Deserialize",
    "Deserializer",
    "Dispatch",
    "Display",
    "Drop",
    "DynamicOperation",
    "DynamicService",
    "Duration",
    "Eq",
    "Err",
    "Error",
    "ErrorCode",
    "EventError",
    "EventKind",
    "EventSet",
    "FailureText",
    "FieldError",
    "Fn",
    "FrameWriter",
    "From",
    "FromWire",
    "Future",
    "Hash",
    "IdSource",
    "IncomingRequest",
    "IndexedTensorColumn",
    "IndexedTensor",
    "Into",
    "IntoIterator",
    "Iterator",
    "Json",
    "JsonKind",
    "JsonSchema",
    "KeyedBlob",
    "ErrorInfo",
    "MetricSource",
    "Method",
    "MetricRange",
    "None",
    "Ok",
    "Operation",
    "Option",
    "Ord",
    "Page",
    "Paged",
    "PartialEq",
    "PartialOrd",
    "PlainJson",
    "RawEvent",
    "ResponseFrame",
    "Result",
    "Router",
    "Routes",
    "Self",
    "Send",
    "Serialize",
    "Serializer",
    "ServiceError",
    "ServiceResult",
    "Some",
    "Waiter",
    "Waitable",
    "String",
    "Subscribable",
    "Subscription",
    "Sync",
    "Tensor",
    "TensorColumn",
    "ToString",
    "ToWire",
    "TransportKind",
    "NoMetrics",
    "Value",
    "Vec",
    "WireError",
];

//! Types, and how their bytes and tensors travel.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::spanned::{Map, Spanned};

/// A type: a strict subset of JSON Schema 2020-12 and a few keywords of our own.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Schema {
    /// UpperCamelCase name of an inline type, or of an alternative of a union.
    pub title: Option<Spanned<String>>,
    /// What the value means, in full sentences.
    pub description: Option<String>,
    /// A note for maintainers; not part of any output.
    #[serde(rename = "$comment")]
    pub _comment: Option<String>,
    /// A type of `$defs`: `#/$defs/Name`.
    #[serde(rename = "$ref")]
    pub reference: Option<Spanned<String>>,
    /// The JSON type.
    #[serde(rename = "type")]
    pub kind: Option<Spanned<Kind>>,
    /// Width of a number (`int32`, `int64`, `uint32`, `uint64`, `float`, `double`), `binary` for bytes, or `tensor`.
    pub format: Option<Spanned<Format>>,
    /// `base64` for bytes that travel as text inside the JSON.
    pub content_encoding: Option<Spanned<Encoding>>,
    /// The type of an array's elements.
    pub items: Option<Box<Spanned<Schema>>>,
    /// The members of an object.
    pub properties: Option<Map<Schema>>,
    /// The members of an object that are always present.
    pub required: Option<Vec<Spanned<String>>>,
    /// The one value of a property that distinguishes the variants of a union.
    #[serde(rename = "const")]
    pub constant: Option<Spanned<String>>,
    /// The known values of a string.
    #[serde(rename = "enum")]
    pub values: Option<Vec<Spanned<String>>>,
    /// What the values of `enum` mean.
    pub enum_descriptions: Option<Map<String>>,
    /// Names for values of `enum` whose own would collide in generated code.
    pub enum_identifiers: Option<Map<Spanned<String>>>,
    /// The revisions that added values of `enum`.
    pub enum_since: Option<Map<Spanned<String>>>,
    /// The alternatives of a union.
    pub one_of: Option<Vec<Spanned<Schema>>>,
    /// On an object: the property that says why something failed. Makes the type an error.
    pub reason: Option<Spanned<String>>,
    /// On a union distinguished by keys: which one is a success, and which one a failure.
    pub outcome: Option<Spanned<Outcome>>,
    /// How the bytes or tensors of the property travel beside the JSON.
    pub blob: Option<Spanned<Blob>>,
    /// Whether the bytes may be given as text, meaning its UTF-8.
    pub accepts_text: Option<bool>,
    /// The value that the server uses when the property is absent. `[]` on a required list: what constructors give it.
    pub default: Option<Spanned<Value>>,
    /// What the server uses when the property is absent, in words such as `everything`, where that is no literal value.
    pub defaults_to: Option<Spanned<String>>,
    /// Other spellings of the property's name that a reader accepts; also of a key of a union by key.
    pub aliases: Option<Vec<Spanned<String>>>,
    /// Values to show in examples.
    pub examples: Option<Vec<Spanned<Value>>>,
    /// The name in generated code, where the wire's own would collide.
    pub identifier: Option<Spanned<String>>,
    /// The revision that added it.
    pub since: Option<Spanned<String>>,
    /// Since when, and for what, this should not be used any more.
    pub deprecated: Option<Deprecated>,
    /// What the API's reference declares instead, where that is wrong. Exports that follow the reference keep it, and
    /// readers accept one item in place of a list.
    pub declared: Option<Spanned<Declared>>,
}

/// What the API's reference declares in place of this.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Declared {
    /// How it differs.
    #[serde(rename = "as")]
    pub how: DeclaredAs,
    /// Why it is wrong, in a sentence.
    pub why: String,
}

/// How a declaration differs from this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum DeclaredAs {
    /// A property that is always present.
    Required,
    /// A property with one item in place of the list. Readers accept either.
    Item,
    /// No such variant of the union.
    Absent,
}

/// The two alternatives of a union that is the outcome of something.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// The key of a success.
    pub ok: String,
    /// The key of a failure, an object with a `reason`.
    pub error: String,
}

/// A JSON type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Kind {
    String,
    Boolean,
    Integer,
    Number,
    Array,
    Object,
}

/// What a JSON type holds more exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Format {
    Int32,
    Int64,
    Uint32,
    Uint64,
    Float,
    Double,
    Binary,
    Tensor,
}

/// How bytes are written as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Encoding {
    /// Standard base64 with padding.
    Base64,
}

/// How bytes or tensors travel beside the JSON.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "expected `bytes`, `tensor`, `tensors`, `entries`, {\"keyed\": …} or {\"entries\": …}")]
pub enum Blob {
    /// One of the plain rules.
    Plain(PlainBlob),
    /// Bytes by name: the names stay in the JSON under the given key.
    Keyed(KeyedBlob),
    /// Dataset entries of a response: names and indexes stay in the JSON.
    IndexedEntries(IndexedEntriesBlob),
}

/// A rule that needs nothing but its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum PlainBlob {
    /// The bytes are one blob.
    Bytes,
    /// The tensor is one blob.
    Tensor,
    /// Zero or more tensors, back to back, are one blob.
    Tensors,
    /// Dataset entries of a request: one tensor a blob, entry by entry, keys sorted.
    Entries,
}

/// Bytes by name.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KeyedBlob {
    /// The key under which the JSON lists the names.
    pub keyed: String,
    /// Other keys that a reader accepts in its place.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Where that key is: beside the property (default), or at the `root`.
    pub at: Option<KeyedAt>,
}

/// Where the list of names is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum KeyedAt {
    /// At the top of the parameters.
    Root,
}

/// Dataset entries of a response.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IndexedEntriesBlob {
    /// The key beside the property under which the JSON lists the entries' indexes.
    pub entries: String,
}

/// Marks what should not be used any more.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Deprecated {
    /// The revision that deprecated it.
    pub since: String,
    /// What to use instead.
    #[serde(rename = "use")]
    pub instead: String,
}

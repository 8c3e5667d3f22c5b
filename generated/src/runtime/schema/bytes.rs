//! The schemas of bytes.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::runtime::blob::{Base64, Blob};

/// Base64 with padding, as text.
pub(super) fn base64() -> Schema {
    json_schema!({
        "type": "string",
        "contentEncoding": "base64",
        "pattern": "^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"
    })
}

macro_rules! bytes {
    ($name:ident) => {
        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn schema_id() -> Cow<'static, str> {
                concat!("decthings::", stringify!($name)).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({
                    "description": "Bytes: in base64 under the key `$bytes`, or as the text that they are.",
                    "anyOf": [
                        {
                            "type": "object",
                            "properties": { "$bytes": base64() },
                            "required": ["$bytes"],
                            "additionalProperties": false
                        },
                        { "type": "string" }
                    ]
                })
            }
        }
    };
}

bytes!(Blob);
bytes!(Base64);

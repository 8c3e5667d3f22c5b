//! The schemas of bytes.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::runtime::{Base64, Blob};

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
                            "properties": { "$bytes": { "type": "string", "contentEncoding": "base64" } },
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

//! How tensors stand in JSON by themselves: written out. In a call, they travel beside the JSON.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::Value;

use crate::tensor::{Tensor, notation};

impl Serialize for Tensor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        notation::to_value(self).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Tensor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        notation::from_value(Value::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

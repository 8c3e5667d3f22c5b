//! How tensors stand in JSON: as a position while a call is encoded or decoded, written out otherwise.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::Value;

use super::wire::scope::{self, Parked};
use crate::tensor::{Tensor, notation};

impl Serialize for Tensor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match scope::park(|| Parked::Tensor(self.clone())) {
            Some(position) => serializer.serialize_u64(position),
            None => notation::to_value(self).serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Tensor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if !scope::is_open() {
            return notation::from_value(Value::deserialize(deserializer)?).map_err(de::Error::custom);
        }
        match scope::parked(u64::deserialize(deserializer)?) {
            Some(Parked::Tensor(tensor)) => Ok(tensor),
            _ => Err(de::Error::custom("no tensor belongs here")),
        }
    }
}

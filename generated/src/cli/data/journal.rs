//! Records of unfinished work, which the next run continues.

use std::path::PathBuf;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::connect::replace_file;
use crate::failure::Failure;

/// A file with one record, which is replaced as a whole.
pub(super) struct Journal(PathBuf);

impl Journal {
    pub(super) fn at(path: PathBuf) -> Self {
        Self(path)
    }

    /// The record of an earlier run, if one was interrupted.
    pub(super) fn read<T: DeserializeOwned>(&self) -> Result<Option<T>, Failure> {
        let path = self.0.display();
        match std::fs::read(&self.0) {
            Ok(text) => serde_json::from_slice(&text).map(Some).map_err(|error| {
                Failure::other(format!("{path} is damaged ({error}); --restart forgets what an earlier run has done"))
            }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Failure::other(format!("cannot read {path}: {error}"))),
        }
    }

    pub(super) fn write<T: Serialize>(&self, record: &T) -> Result<(), Failure> {
        let text = serde_json::to_vec(record).map_err(Failure::other)?;
        replace_file(&self.0, &text)
    }

    pub(super) fn remove(&self) -> Result<(), Failure> {
        match std::fs::remove_file(&self.0) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(Failure::other(format!("cannot remove {}: {error}", self.0.display())))
            }
            _ => Ok(()),
        }
    }
}

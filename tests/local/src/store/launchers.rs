//! Persistent launchers.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use decthings::types::{
    LauncherSpec, PersistentLauncher, PersistentLauncherState, RunningOperation, RunningOperationType, SysinfoSample,
    UsedExecutionLocation, UsedExecutionLocationPersistentLauncher,
};
use serde::{Deserialize, Serialize};

use super::listing::{Listed, Summary};
use super::table::{Record, Table};
use crate::error::CallError;
use crate::storage::Storage;
use crate::storage::error::StorageError;
use crate::util;

/// How many measurements a launcher keeps.
const MAX_SAMPLES: usize = 1_000;

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct StoredLauncher {
    pub(crate) id: String,
    pub(crate) sequence: u64,
    pub(crate) name: String,
    pub(crate) created_at: i64,
    pub(crate) spec: LauncherSpec,
    /// After a restart of the server it runs at once.
    #[serde(skip)]
    pub(crate) ready_at: Option<Instant>,
    pub(crate) deleting: bool,
    #[serde(skip)]
    pub(crate) usage: Usage,
}

/// What happens on a launcher, as long as the server runs. Clones share it.
#[derive(Clone, Default)]
pub(crate) struct Usage(Arc<Mutex<Measured>>);

#[derive(Default)]
struct Measured {
    running: Vec<RunningOperation>,
    samples: VecDeque<SysinfoSample>,
}

impl StoredLauncher {
    /// How long it takes until it has started.
    pub(crate) fn startup(&self) -> Duration {
        self.ready_at.map_or(Duration::ZERO, |at| at.saturating_duration_since(Instant::now()))
    }

    pub(crate) fn used(&self) -> UsedExecutionLocation {
        let used = UsedExecutionLocationPersistentLauncher::new(&self.id, self.spec.clone());
        UsedExecutionLocation::PersistentLauncher(used)
    }

    pub(crate) fn view(&self) -> PersistentLauncher {
        let (state, created) = if self.deleting {
            (PersistentLauncherState::Deleting, true)
        } else if self.startup().is_zero() {
            (PersistentLauncherState::Active, true)
        } else {
            (PersistentLauncherState::Creating, false)
        };
        let running = self.usage.measured().running.clone();
        let mut view = PersistentLauncher::new(&self.id, &self.name, self.spec.clone(), state, running);
        view.created_at = created.then_some(self.created_at);
        view
    }
}

impl Usage {
    pub(crate) fn is_idle(&self) -> bool {
        self.measured().running.is_empty()
    }

    /// Adds a sample. Each operation counts as one busy processor, and the memory is that of the whole server.
    pub(crate) fn measure(&self) {
        let mut measured = self.measured();
        let busy = measured.running.iter().fold(0.0f32, |busy, _| busy + 1.0);
        if measured.samples.len() >= MAX_SAMPLES {
            measured.samples.pop_front();
        }
        measured.samples.push_back(SysinfoSample::new(util::now(), busy, resident_mebibytes()));
    }

    /// The samples after a time.
    pub(crate) fn samples(&self, after: i64) -> Vec<SysinfoSample> {
        self.measured().samples.iter().filter(|sample| sample.timestamp > after).cloned().collect()
    }

    fn measured(&self) -> MutexGuard<'_, Measured> {
        util::lock(&self.0)
    }
}

/// The memory of this process; 0 where the system has no such file.
fn resident_mebibytes() -> f64 {
    const PAGES_PER_MEBIBYTE: f64 = 256.0;
    let pages = std::fs::read_to_string("/proc/self/statm").ok();
    let pages = pages.and_then(|text| text.split_whitespace().nth(1)?.parse::<f64>().ok());
    pages.unwrap_or(0.0) / PAGES_PER_MEBIBYTE
}

/// The persistent launchers by id.
#[derive(Default)]
pub(crate) struct Launchers(pub(crate) Table<StoredLauncher>);

impl Launchers {
    /// Reads the launchers of earlier starts. Those that were waiting for the end of an operation are gone with it.
    pub(crate) fn read(storage: &Storage) -> Result<Self, StorageError> {
        let mut table = Table::<StoredLauncher>::read(storage)?;
        let deleting: Vec<_> = table.values().filter(|one| one.deleting).map(|one| one.id.clone()).collect();
        for id in deleting {
            table.remove(&id);
        }
        Ok(Self(table))
    }

    /// A launcher that accepts operations.
    pub(crate) fn find(&self, id: &str) -> Result<&StoredLauncher, CallError> {
        self.0.get(id).filter(|launcher| !launcher.deleting).ok_or(CallError::PersistentLauncherNotFound)
    }

    /// Records that an operation starts to run somewhere.
    pub(crate) fn occupy(&self, location: &UsedExecutionLocation, id: &str, kind: RunningOperationType) {
        if let UsedExecutionLocation::PersistentLauncher(used) = location
            && let Some(launcher) = self.0.get(&used.persistent_launcher_id)
        {
            launcher.usage.measured().running.push(RunningOperation::new(id, kind));
            launcher.usage.measure();
        }
    }

    /// Records that an operation has ended. A launcher that is being deleted goes with the last one.
    pub(crate) fn vacate(&mut self, location: &UsedExecutionLocation, id: &str) {
        let UsedExecutionLocation::PersistentLauncher(used) = location else { return };
        let Some(launcher) = self.0.get(&used.persistent_launcher_id) else { return };
        launcher.usage.measured().running.retain(|operation| operation.id != id);
        launcher.usage.measure();
        if launcher.deleting && launcher.usage.is_idle() {
            self.0.remove(&used.persistent_launcher_id);
        }
    }
}

impl Record for StoredLauncher {
    const KIND: &'static str = "launcher";

    fn sequence(&self) -> u64 {
        self.sequence
    }
}

impl Listed for StoredLauncher {
    fn summary(&self) -> Summary<'_> {
        let created = (self.created_at, self.sequence);
        Summary { id: &self.id, name: &self.name, tags: &[], created }
    }
}

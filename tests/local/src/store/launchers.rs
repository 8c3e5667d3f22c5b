//! Persistent launchers.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use decthings::types::{
    LauncherSpec, PersistentLauncher, PersistentLauncherState, RunningOperation, RunningOperationType, SysinfoSample,
    UsedExecutionLocation, UsedExecutionLocationPersistentLauncher,
};

use super::listing::{Listed, Summary};
use crate::error::CallError;
use crate::util;

/// How many measurements a launcher keeps.
const MAX_SAMPLES: usize = 1_000;

pub(crate) struct StoredLauncher {
    pub(crate) id: String,
    pub(crate) sequence: u64,
    pub(crate) name: String,
    pub(crate) created_at: i64,
    pub(crate) spec: LauncherSpec,
    pub(crate) ready_at: Option<Instant>,
    pub(crate) deleting: bool,
    pub(crate) running: Vec<RunningOperation>,
    pub(crate) samples: VecDeque<SysinfoSample>,
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
        let mut view =
            PersistentLauncher::new(&self.id, &self.name, self.spec.clone(), state, self.running.iter().cloned());
        view.created_at = created.then_some(self.created_at);
        view
    }

    /// Adds a sample. Each operation counts as one busy processor, and the memory is that of the whole server.
    pub(crate) fn measure(&mut self) {
        let busy = self.running.iter().fold(0.0f32, |busy, _| busy + 1.0);
        if self.samples.len() >= MAX_SAMPLES {
            self.samples.pop_front();
        }
        self.samples.push_back(SysinfoSample::new(util::now(), busy, resident_mebibytes()));
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
pub(crate) struct Launchers(pub(crate) BTreeMap<String, StoredLauncher>);

impl Launchers {
    /// A launcher that accepts operations.
    pub(crate) fn find(&self, id: &str) -> Result<&StoredLauncher, CallError> {
        self.0.get(id).filter(|launcher| !launcher.deleting).ok_or(CallError::PersistentLauncherNotFound)
    }

    /// Records that an operation starts to run somewhere.
    pub(crate) fn occupy(&mut self, location: &UsedExecutionLocation, id: &str, kind: RunningOperationType) {
        if let UsedExecutionLocation::PersistentLauncher(used) = location
            && let Some(launcher) = self.0.get_mut(&used.persistent_launcher_id)
        {
            launcher.running.push(RunningOperation::new(id, kind));
            launcher.measure();
        }
    }

    /// Records that an operation has ended. A launcher that is being deleted goes with the last one.
    pub(crate) fn vacate(&mut self, location: &UsedExecutionLocation, id: &str) {
        let UsedExecutionLocation::PersistentLauncher(used) = location else { return };
        let Some(launcher) = self.0.get_mut(&used.persistent_launcher_id) else { return };
        launcher.running.retain(|operation| operation.id != id);
        launcher.measure();
        if launcher.deleting && launcher.running.is_empty() {
            self.0.remove(&used.persistent_launcher_id);
        }
    }
}

impl Listed for StoredLauncher {
    fn summary(&self) -> Summary<'_> {
        let created = (self.created_at, self.sequence);
        Summary { id: &self.id, name: &self.name, tags: &[], created }
    }
}

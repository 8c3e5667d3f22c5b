//! Persistent launchers.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use decthings::types::{
    LauncherSpec, PersistentLauncher, PersistentLauncherState, RunningOperation, RunningOperationType, SysinfoSample,
    Tag, UsedExecutionLocation, UsedExecutionLocationPersistentLauncher,
};

use super::Store;
use super::listing::Listed;
use crate::fail::Fail;
use crate::time;

/// How many measurements a launcher keeps.
const SAMPLES: usize = 1_000;

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

    /// Measures: each operation keeps one processor busy, and the memory is that of the whole server.
    pub(crate) fn measure(&mut self) {
        let busy = self.running.iter().fold(0.0f32, |busy, _| busy + 1.0);
        if self.samples.len() >= SAMPLES {
            self.samples.pop_front();
        }
        self.samples.push_back(SysinfoSample::new(time::now(), busy, resident_mebibytes()));
    }
}

/// The memory of this process; 0 where the system does not tell it this way.
fn resident_mebibytes() -> f64 {
    const PAGES_PER_MEBIBYTE: f64 = 256.0;
    let pages = std::fs::read_to_string("/proc/self/statm").ok();
    let pages = pages.and_then(|text| text.split_whitespace().nth(1)?.parse::<f64>().ok());
    pages.unwrap_or(0.0) / PAGES_PER_MEBIBYTE
}

impl Store {
    /// A launcher that takes operations.
    pub(crate) fn launcher(&self, id: &str) -> Result<&StoredLauncher, Fail> {
        self.launchers.get(id).filter(|launcher| !launcher.deleting).ok_or(Fail::PersistentLauncherNotFound)
    }

    /// An operation starts to run somewhere.
    pub(crate) fn occupy(&mut self, location: &UsedExecutionLocation, id: &str, kind: RunningOperationType) {
        if let UsedExecutionLocation::PersistentLauncher(used) = location
            && let Some(launcher) = self.launchers.get_mut(&used.persistent_launcher_id)
        {
            launcher.running.push(RunningOperation::new(id, kind));
            launcher.measure();
        }
    }

    /// An operation is over. A launcher that is being deleted goes with the last one.
    pub(crate) fn vacate(&mut self, location: &UsedExecutionLocation, id: &str) {
        let UsedExecutionLocation::PersistentLauncher(used) = location else { return };
        let Some(launcher) = self.launchers.get_mut(&used.persistent_launcher_id) else { return };
        launcher.running.retain(|operation| operation.id != id);
        launcher.measure();
        if launcher.deleting && launcher.running.is_empty() {
            self.launchers.remove(&used.persistent_launcher_id);
        }
    }
}

impl Listed for StoredLauncher {
    fn id(&self) -> &str {
        &self.id
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn tags(&self) -> &[Tag] {
        &[]
    }

    fn created(&self) -> (i64, u64) {
        (self.created_at, self.sequence)
    }
}

//! What happens with a model as long as the server runs.

use std::sync::{Arc, Mutex, MutexGuard};

use super::evaluations::Evaluations;
use super::states::CreatingState;
use crate::jobs::signal::StopReason;
use crate::util;

/// The evaluations of a model, and the states that are being made. Clones share them, and nothing of it is stored.
#[derive(Clone, Default)]
pub(crate) struct Activity(Arc<Shared>);

#[derive(Default)]
struct Shared {
    evaluations: Evaluations,
    creating: Mutex<Vec<CreatingState>>,
}

impl Activity {
    pub(crate) fn evaluations(&self) -> &Evaluations {
        &self.0.evaluations
    }

    pub(crate) fn creating(&self) -> MutexGuard<'_, Vec<CreatingState>> {
        util::lock(&self.0.creating)
    }

    pub(super) fn stop_all(&self) {
        self.0.evaluations.stop_all();
        self.creating().iter().for_each(|state| state.signal.set(StopReason::Cancelled));
    }
}

//! Evaluations of a model, and their results.

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use decthings::api::model::{FinishedEvaluation, RunningEvaluation};
use decthings::types::EvaluationResult;

use super::entries::footprint_of;
use crate::jobs::signal::{Once, StopReason, StopSignal};
use crate::util;

/// How long the result of an evaluation is kept.
const RESULT_LIFETIME: Duration = Duration::from_secs(300);

/// How many results a model keeps.
const MAX_RESULTS: usize = 100;

/// The memory that the results of a model may take, in bytes; the last one is kept in any case.
const MAX_RESULT_BYTES: u64 = 64 << 20;

/// An evaluation.
#[derive(Clone)]
pub(crate) struct Evaluation {
    pub(crate) id: String,
    pub(crate) started_at: i64,
    pub(crate) signal: StopSignal,
    pub(crate) finished: Once<Finished>,
}

/// How an evaluation ended.
#[derive(Clone)]
pub(crate) struct Finished {
    pub(crate) at: i64,
    since: Instant,
    pub(crate) result: Arc<EvaluationResult>,
    bytes: u64,
}

impl Finished {
    pub(crate) fn new(at: i64, result: EvaluationResult) -> Self {
        let bytes = match &result {
            EvaluationResult::Success(success) => {
                let tensors = success.output.iter().flat_map(|output| &output.data);
                tensors.map(footprint_of).fold(0, u64::saturating_add)
            }
            _ => 0,
        };
        Self { at, since: Instant::now(), result: Arc::new(result), bytes }
    }

    fn succeeded(&self) -> bool {
        matches!(*self.result, EvaluationResult::Success(_))
    }
}

/// The evaluations of a model that are in progress or have ended recently, oldest first.
#[derive(Default)]
pub(crate) struct Evaluations(Mutex<Vec<Evaluation>>);

impl Evaluations {
    pub(crate) fn add(&self, evaluation: Evaluation) {
        self.all().push(evaluation);
    }

    pub(crate) fn find(&self, id: &str) -> Option<Evaluation> {
        self.all().iter().find(|evaluation| evaluation.id == id).cloned()
    }

    pub(super) fn stop_all(&self) {
        self.all().iter().for_each(|evaluation| evaluation.signal.set(StopReason::Cancelled));
    }

    pub(crate) fn list(&self) -> (Vec<RunningEvaluation>, Vec<FinishedEvaluation>) {
        let (mut running, mut finished) = (Vec::new(), Vec::new());
        for evaluation in &*self.all() {
            let (id, started_at) = (&evaluation.id, evaluation.started_at);
            match evaluation.finished.get() {
                Some(end) => finished.push(FinishedEvaluation::new(id, started_at, end.at, end.succeeded())),
                None => running.push(RunningEvaluation::new(id, started_at)),
            }
        }
        (running, finished)
    }

    /// All, without results that are too old or too many.
    fn all(&self) -> MutexGuard<'_, Vec<Evaluation>> {
        let mut all = util::lock(&self.0);
        let (mut kept, mut bytes) = (0usize, 0u64);
        let mut keep = |evaluation: &Evaluation| {
            let Some(end) = evaluation.finished.get() else { return true };
            kept = kept.saturating_add(1);
            bytes = bytes.saturating_add(end.bytes);
            end.since.elapsed() < RESULT_LIFETIME && kept <= MAX_RESULTS && (kept == 1 || bytes <= MAX_RESULT_BYTES)
        };
        // The newest first.
        let mut kept: Vec<Evaluation> = all.drain(..).rev().filter(|evaluation| keep(evaluation)).collect();
        kept.reverse();
        *all = kept;
        all
    }
}

//! The functions of a program that are running: what they report, and the data that they can ask for.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

use bytes::Bytes;
use decthings::Tensor;
use tokio::sync::oneshot;

use super::data::{Datasets, Selection};
use super::message::{Answer, CallResult, Event, Param};
use crate::compute::state::StatePart;
use crate::jobs::signal::Once;
use crate::presets::source::DataSource;
use crate::runtimes::TrainingObserver;
use crate::util;

/// The most keys of a state, as in the API.
const MAX_STATE_KEYS: usize = 255;

/// What a function has returned.
pub(super) struct Completed {
    pub(super) result: CallResult,
    pub(super) blobs: Vec<Vec<u8>>,
    /// The state that it has provided.
    pub(super) state: Vec<StatePart>,
}

/// The functions that are running.
pub(super) struct Calls {
    running: Mutex<Running>,
    /// Set when the code has been loaded, or could not be.
    pub(super) initialized: Once<Result<(), String>>,
    /// The most bytes of a state.
    max_bytes: u64,
}

#[derive(Default)]
struct Running {
    last: u64,
    pending: HashMap<String, Pending>,
    trainings: HashMap<String, Arc<dyn TrainingObserver>>,
    data: Datasets,
}

struct Pending {
    answer: oneshot::Sender<Completed>,
    state: Vec<StatePart>,
}

/// A function that is being called. Without it, the function is forgotten.
pub(super) struct Call {
    pub(super) id: String,
    pub(super) answer: oneshot::Receiver<Completed>,
    calls: Arc<Calls>,
    data: Vec<Param>,
    training: Option<String>,
}

impl Calls {
    pub(super) fn new(max_bytes: u64) -> Arc<Self> {
        Arc::new(Self { running: Mutex::default(), initialized: Once::new(), max_bytes })
    }

    /// Adds a function that is about to be called.
    pub(super) fn begin(self: &Arc<Self>) -> Call {
        let id = self.new_id();
        let (sender, answer) = oneshot::channel();
        self.running().pending.insert(id.clone(), Pending { answer: sender, state: Vec::new() });
        Call { id, answer, calls: self.clone(), data: Vec::new(), training: None }
    }

    /// An id that the program has not seen yet.
    pub(super) fn new_id(&self) -> String {
        let mut running = self.running();
        running.last = running.last.saturating_add(1);
        running.last.to_string()
    }

    /// Receives an answer.
    pub(super) fn complete(&self, answer: Answer, blobs: Vec<Vec<u8>>) -> Result<(), String> {
        let mut running = self.running();
        let Some(pending) = running.pending.remove(&answer.id) else {
            return running.check_issued("a call", &answer.id);
        };
        // Nobody may wait for the answer any more.
        let _ = pending.answer.send(Completed { result: answer.result, blobs, state: pending.state });
        Ok(())
    }

    /// Receives an event.
    pub(super) fn report(&self, event: Event, blobs: Vec<Vec<u8>>) -> Result<(), String> {
        match event {
            Event::ModelSessionInitialized { error } => {
                self.initialized.set(error.map_or(Ok(()), |error| Err(error.into_details())));
                Ok(())
            }
            Event::ProvideStateData { command_id, names } => self.provide(&command_id, names, blobs),
            Event::TrainingProgress { training_session_id, progress } => {
                if let Some(observer) = self.observer(&training_session_id)? {
                    observer.progress(progress.clamp(f32::MIN.into(), f32::MAX.into()) as f32);
                }
                Ok(())
            }
            Event::TrainingMetrics { training_session_id, names } => {
                check_names(&names, &blobs)?;
                let Some(observer) = self.observer(&training_session_id)? else { return Ok(()) };
                for (name, blob) in names.iter().zip(blobs) {
                    let tensor = Tensor::decode(Bytes::from(blob));
                    let tensor = tensor.map_err(|error| format!("the metric {name:?} is not a tensor: {error}"))?;
                    observer.metric(name, tensor);
                }
                Ok(())
            }
        }
    }

    fn provide(&self, command: &str, names: Vec<String>, blobs: Vec<Vec<u8>>) -> Result<(), String> {
        check_names(&names, &blobs)?;
        let mut running = self.running();
        let Some(pending) = running.pending.get_mut(command) else {
            return running.check_issued("a call", command);
        };
        for (key, bytes) in names.into_iter().zip(blobs) {
            if pending.state.iter().any(|part| part.key == key) {
                return Err(format!("the key {key:?} of the state was provided twice"));
            }
            pending.state.push(StatePart { key, bytes: bytes.into() });
        }
        if pending.state.len() > MAX_STATE_KEYS {
            return Err(format!("a state has at most {MAX_STATE_KEYS} keys"));
        }
        if crate::store::states::size(&pending.state) > self.max_bytes {
            return Err(format!("the state does not fit into the storage of {} bytes", self.max_bytes));
        }
        Ok(())
    }

    fn observer(&self, training: &str) -> Result<Option<Arc<dyn TrainingObserver>>, String> {
        let running = self.running();
        match running.trainings.get(training) {
            Some(observer) => Ok(Some(observer.clone())),
            None => running.check_issued("a training session", training).map(|()| None),
        }
    }

    /// The elements that a program has asked for.
    pub(super) fn select(&self, dataset: &str, start: u64, amount: u64) -> Result<Selection, String> {
        self.running().data.select(dataset, start, amount)
    }

    /// Puts the elements of some data in one common new order.
    pub(super) fn shuffle(&self, datasets: &[String]) -> Result<(), String> {
        self.running().data.shuffle(datasets)
    }

    fn running(&self) -> MutexGuard<'_, Running> {
        util::lock(&self.running)
    }
}

impl Running {
    /// A function that has ended may still report for a moment, but one that was never called does not.
    fn check_issued(&self, what: &str, id: &str) -> Result<(), String> {
        match id.parse::<u64>() {
            Ok(number) if (1..=self.last).contains(&number) => Ok(()),
            _ => Err(format!("it reported about {what} {id:?}, which does not exist")),
        }
    }
}

impl Call {
    /// Adds data that the function can ask for.
    pub(super) fn data(&mut self, name: &str, source: Arc<dyn DataSource>) -> Param {
        let param = self.calls.running().data.add(name, source);
        self.data.push(param.clone());
        param
    }

    /// Lets an observer follow the training that the function does. Returns the id of the training session.
    pub(super) fn training(&mut self, observer: Arc<dyn TrainingObserver>) -> String {
        let id = self.calls.new_id();
        self.calls.running().trainings.insert(id.clone(), observer);
        self.training = Some(id.clone());
        id
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        let mut running = self.calls.running();
        running.pending.remove(&self.id);
        running.data.remove(&self.data);
        if let Some(training) = &self.training {
            running.trainings.remove(training);
        }
    }
}

fn check_names(names: &[String], blobs: &[Vec<u8>]) -> Result<(), String> {
    let (names, blobs) = (names.len(), blobs.len());
    if names == blobs { Ok(()) } else { Err(format!("an event has {names} names, but {blobs} blobs")) }
}

//! A preset that runs: its functions, on threads, and its instantiated models.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use decthings::Tensor;
use decthings::types::{InvalidOutputReason, Parameter};

use super::failure::Failure;
use super::output::{Output, Stream};
use super::{Limit, TrainingObserver};
use crate::compute::error::ComputeError;
use crate::compute::options::{Phase, Progress};
use crate::compute::preset::Preset;
use crate::compute::state::StatePart;
use crate::context::Context;
use crate::jobs::pool::{JobError, Launcher};
use crate::presets::functions;
use crate::presets::parameters::OUTPUT;
use crate::presets::tensors::Inputs;
use crate::store::states::Parts;
use crate::util;

/// A preset that runs.
pub(crate) struct PresetRuntime {
    context: Arc<Context>,
    preset: &'static dyn Preset,
    launcher: Arc<Launcher>,
    output: Output,
    instances: Mutex<BTreeMap<String, Parts>>,
}

impl PresetRuntime {
    pub(super) fn new(
        context: Arc<Context>,
        preset: &'static dyn Preset,
        launcher: Arc<Launcher>,
        output: Output,
    ) -> Self {
        let runtime = Self { context, preset, launcher, output, instances: Mutex::default() };
        print(&runtime.output, &format!("the preset {} is ready\n", preset.name()));
        runtime
    }

    pub(super) async fn create_state(&self, limit: Limit<'_>, inputs: Inputs) -> Result<Vec<StatePart>, Failure> {
        let preset = self.preset;
        self.compute(limit, move || functions::create_state(preset, &inputs)).await
    }

    pub(super) async fn instantiate(&self, limit: Limit<'_>, parts: Parts) -> Result<String, Failure> {
        let (preset, own) = (self.preset, parts.clone());
        self.compute(limit, move || preset.check_state(&own)).await?;
        let id = util::new_id();
        util::lock(&self.instances).insert(id.clone(), parts);
        Ok(id)
    }

    /// If an instantiated model is trained several times at once, it keeps the result of the training that ends last.
    pub(super) async fn train(
        &self,
        limit: Limit<'_>,
        instance: &str,
        inputs: Inputs,
        observer: Arc<dyn TrainingObserver>,
    ) -> Result<(), Failure> {
        let (preset, from, signal) = (self.preset, self.instance(instance)?, limit.signal.clone());
        let output = self.output.clone();
        let work = move || {
            functions::train(preset, &from, &inputs, &mut |progress| {
                report(&*observer, &output, &progress);
                if signal.is_set() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            })
        };
        let result = self.compute(limit, work).await.map(|parts| {
            util::lock(&self.instances).insert(instance.to_owned(), Arc::new(parts));
        });
        print(&self.output, if result.is_ok() { "training finished\n" } else { "training failed\n" });
        result
    }

    pub(super) async fn evaluate(
        &self,
        limit: Limit<'_>,
        instance: &str,
        inputs: Inputs,
    ) -> Result<Vec<Parameter>, Failure> {
        let (preset, state, signal) = (self.preset, self.instance(instance)?, limit.signal.clone());
        let output = self.compute(limit, move || functions::evaluate(preset, &state, &inputs, &signal)).await?;
        Ok(vec![Parameter::new(OUTPUT, output)])
    }

    pub(super) fn state(&self, instance: &str) -> Result<Vec<StatePart>, Failure> {
        Ok(Arc::unwrap_or_clone(self.instance(instance)?))
    }

    fn instance(&self, id: &str) -> Result<Parts, Failure> {
        let instance = util::lock(&self.instances).get(id).cloned();
        instance.ok_or_else(|| Failure::Exception("there is no such instantiated model".to_owned()))
    }

    async fn compute<T: Send + 'static>(
        &self,
        limit: Limit<'_>,
        work: impl FnOnce() -> Result<T, ComputeError> + Send + 'static,
    ) -> Result<T, Failure> {
        let computed = self.context.jobs.compute(self.launcher.clone(), limit.signal, limit.deadline, work).await;
        match computed {
            Ok(Ok(result)) => Ok(result),
            // Only a signal cancels a computation.
            Ok(Err(ComputeError::Cancelled)) if limit.signal.is_set() => Err(limit.stopped()),
            Ok(Err(error @ ComputeError::NonFiniteOutput { .. })) => {
                Err(Failure::InvalidOutput(InvalidOutputReason::Invalid, error.to_string()))
            }
            Ok(Err(error)) => Err(Failure::Exception(error.to_string())),
            Err(JobError::Stopped(reason)) => Err(Failure::Stopped(reason)),
            Err(JobError::Panicked) => {
                Err(Failure::Exception("the preset panicked; see the output of the server".to_owned()))
            }
        }
    }
}

fn report(observer: &dyn TrainingObserver, output: &Output, progress: &Progress) {
    match progress.phase {
        Phase::Batch => observer.progress(progress.step as f32 / progress.steps.max(1) as f32),
        Phase::Validation => {}
        Phase::Epoch => {
            let mut line = format!("epoch {}/{}", progress.epoch, progress.epochs);
            for (name, value) in functions::metrics(progress) {
                observer.metric(name, Tensor::scalar(value));
                line.push_str(&format!(" {name} {value:.4}"));
            }
            line.push('\n');
            print(output, &line);
        }
    }
}

fn print(output: &Output, text: &str) {
    output.print(Stream::Stdout, Bytes::copy_from_slice(text.as_bytes()));
}

//! From a program that has been started to one that is known.

use std::sync::Arc;

use decthings::types::RunningOperationType;

use super::process::{Process, Sink, Work};
use crate::fail::Fail;
use crate::local::Local;
use crate::sessions::Sessions;

/// Lets a process be found among the sessions, has it occupy its launcher, if it is an operation on one, and follows it
/// to its end; its id.
pub(crate) fn begin(
    local: &Arc<Local>,
    sessions: &Sessions<Process>,
    kind: Option<RunningOperationType>,
    (process, work): (Arc<Process>, Work),
    sink: impl Sink,
) -> Result<String, Fail> {
    sessions.add(&process.id, process.clone());
    if let (Some(location), Some(kind)) = (&process.location, kind) {
        local.store().occupy(location, &process.id, kind);
    }
    if let Err(fail) = local.jobs.spawn(&process.sign, process.clone().run(local.clone(), work, sink)) {
        sessions.remove(&process.id);
        if let Some(location) = &process.location {
            local.store().vacate(location, &process.id);
        }
        return Err(fail);
    }
    Ok(process.id.clone())
}

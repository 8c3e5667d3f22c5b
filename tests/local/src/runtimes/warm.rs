//! Code that has been started and is kept, with an instantiated model, for the next evaluations.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::Runtime;
use super::code::OwnCode;
use crate::store::states::Parts;
use crate::util;

/// How much code is kept at most. Each takes the memory of a process.
const MAX_KEPT: usize = 4;

/// How long code is kept that is not used.
const IDLE_TIMEOUT: Duration = Duration::from_secs(60);

/// A program with an instantiated model.
pub(crate) struct WarmRuntime {
    pub(crate) runtime: Runtime,
    pub(crate) instance: String,
    pub(crate) code: OwnCode,
    pub(crate) state: Parts,
}

/// Programs that are kept. Clones share them.
#[derive(Clone, Default)]
pub(crate) struct WarmRuntimes(Arc<Mutex<Kept>>);

#[derive(Default)]
struct Kept {
    closed: bool,
    last: u64,
    all: Vec<(u64, WarmRuntime)>,
}

impl WarmRuntimes {
    /// A program that runs this code and has instantiated this state.
    pub(crate) fn take(&self, code: &OwnCode, state: &Parts) -> Option<WarmRuntime> {
        let mut kept = util::lock(&self.0);
        kept.all.retain(|(_, warm)| warm.runtime.is_running());
        let is_same = |warm: &WarmRuntime| Arc::ptr_eq(&warm.state, state) && warm.code.is_same(code);
        let index = kept.all.iter().position(|(_, warm)| is_same(warm))?;
        Some(kept.all.remove(index).1)
    }

    /// Keeps a program for a while.
    pub(crate) fn put(&self, warm: WarmRuntime) {
        let mut kept = util::lock(&self.0);
        if kept.closed {
            return;
        }
        kept.last = kept.last.saturating_add(1);
        let number = kept.last;
        kept.all.push((number, warm));
        let excess = kept.all.len().saturating_sub(MAX_KEPT);
        kept.all.drain(..excess);
        let all = Arc::downgrade(&self.0);
        tokio::spawn(async move {
            tokio::time::sleep(IDLE_TIMEOUT).await;
            if let Some(all) = all.upgrade() {
                util::lock(&all).all.retain(|(other, _)| *other != number);
            }
        });
    }

    /// Ends all programs, and keeps none any more.
    pub(crate) async fn close(&self) {
        let all = {
            let mut kept = util::lock(&self.0);
            kept.closed = true;
            std::mem::take(&mut kept.all)
        };
        for (_, warm) in all {
            warm.runtime.close().await;
        }
    }
}

//! The service in memory.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use decthings::runtime::ServiceResult;

use crate::api::errors::BodyTooLarge;
use crate::api::queue::*;
use crate::api::types::{DrainStatus, Message, Priority};
use crate::{Blob, EventHub, Router};

const MAX_BODY_BYTES: u64 = 1 << 20;
const DEFAULT_LIMIT: u32 = 20;
/// How long it takes to remove a message.
const REMOVAL: Duration = Duration::from_millis(5);

/// Queues in memory. Clones share them.
#[derive(Clone, Default)]
pub struct Queues {
    state: Arc<Mutex<State>>,
    events: EventHub,
}

#[derive(Default)]
struct State {
    queues: HashMap<String, Vec<(Message, Blob)>>,
    drains: HashMap<String, DrainStatus>,
    next_id: u64,
}

impl State {
    fn new_id(&mut self) -> String {
        self.next_id = self.next_id.wrapping_add(1);
        self.next_id.to_string()
    }

    fn len(&self, queue: &str) -> u32 {
        self.queues.get(queue).map_or(0, |messages| u32::try_from(messages.len()).unwrap_or(u32::MAX))
    }
}

impl Queues {
    /// No queues.
    pub fn new() -> Self {
        Self::default()
    }

    /// The service with its events, for [`ClientBuilder::service`](crate::ClientBuilder::service) or a socket.
    pub fn router(&self) -> Router {
        Router::new().events(self.events.clone()).queue(Arc::new(self.clone()))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Removes messages one by one, until none is left or the drain was stopped.
    async fn remove_messages(self, queue: String, drain_id: String) {
        let mut removed: u32 = 0;
        while self.remove_message(&queue, &drain_id, removed) {
            removed = removed.saturating_add(1);
            tokio::time::sleep(REMOVAL).await;
        }
    }

    /// Returns whether the drain goes on.
    fn remove_message(&self, queue: &str, drain_id: &str, removed: u32) -> bool {
        let mut state = self.state();
        if !matches!(state.drains.get(drain_id), Some(DrainStatus::Running(_))) {
            return false;
        }
        let message = state.queues.get_mut(queue).and_then(Vec::pop);
        let status = match &message {
            Some(_) => DrainStatus::running(state.len(queue)),
            None => DrainStatus::drained(removed),
        };
        state.drains.insert(drain_id.to_owned(), status);
        drop(state);
        if message.is_none() {
            // It fails only for events that cannot be encoded.
            let _ = self.events.publish(queue, &QueueEvent::Drained(DrainedEvent::new(queue)));
        }
        message.is_some()
    }
}

impl QueueService for Queues {
    async fn push(&self, request: PushRequest) -> ServiceResult<PushRequest> {
        let size = request.body.len();
        if size > MAX_BODY_BYTES {
            return Err(PushError::BodyTooLarge(BodyTooLarge::new(MAX_BODY_BYTES)).into());
        }
        let mut state = self.state();
        let id = state.new_id();
        let message = Message::new(&id, request.priority.unwrap_or(Priority::Normal), size);
        state.queues.entry(request.queue.clone()).or_default().push((message.clone(), request.body));
        drop(state);
        let event = QueueEvent::Pushed(PushedEvent::new(&request.queue, message));
        // It fails only for events that cannot be encoded.
        let _ = self.events.publish(&request.queue, &event);
        Ok(PushResult::new(id))
    }

    async fn receive(&self, request: ReceiveRequest) -> ServiceResult<ReceiveRequest> {
        let state = self.state();
        let messages = state.queues.get(&request.queue).ok_or(ReceiveError::QueueNotFound)?;
        let found = messages.iter().find(|(message, _)| message.id == request.message_id);
        let (message, body) = found.ok_or(ReceiveError::MessageNotFound)?;
        Ok(ReceiveResult::new(message.clone(), body.clone()))
    }

    async fn list(&self, request: ListRequest) -> ServiceResult<ListRequest> {
        let state = self.state();
        let messages = state.queues.get(&request.queue).ok_or(ListError::QueueNotFound)?;
        let (offset, limit) = (request.offset.unwrap_or(0), request.limit.unwrap_or(DEFAULT_LIMIT));
        let page = messages.iter().skip(offset as usize).take(limit as usize);
        Ok(ListResult::new(page.map(|(message, _)| message.clone()), offset, state.len(&request.queue)))
    }

    async fn drain(&self, request: DrainRequest) -> ServiceResult<DrainRequest> {
        let mut state = self.state();
        if !state.queues.contains_key(&request.queue) {
            return Err(DrainError::QueueNotFound.into());
        }
        let (id, remaining) = (state.new_id(), state.len(&request.queue));
        state.drains.insert(id.clone(), DrainStatus::running(remaining));
        drop(state);
        tokio::spawn(self.clone().remove_messages(request.queue, id.clone()));
        Ok(DrainResult::new(id))
    }

    async fn get_drain(&self, request: GetDrainRequest) -> ServiceResult<GetDrainRequest> {
        let status = self.state().drains.get(&request.drain_id).cloned();
        Ok(GetDrainResult::new(status.ok_or(GetDrainError::DrainNotFound)?))
    }

    async fn stop_drain(&self, request: StopDrainRequest) -> ServiceResult<StopDrainRequest> {
        let mut state = self.state();
        let status = state.drains.get_mut(&request.drain_id).ok_or(StopDrainError::DrainNotFound)?;
        if let DrainStatus::Running(running) = status {
            *status = DrainStatus::stopped(running.remaining);
        }
        Ok(StopDrainResult::new())
    }

    // The router keeps account of who watches which queue.
    async fn watch(&self, _: WatchRequest) -> ServiceResult<WatchRequest> {
        Ok(WatchResult::new())
    }
}

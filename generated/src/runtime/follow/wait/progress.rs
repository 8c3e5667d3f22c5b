//! Work as a stream of updates.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_core::future::BoxFuture;

use super::error::WaitError;
use super::waitable::Waitable;
use super::watch::{ProgressUpdate, Watch};

/// How work comes along: a stream of [`ProgressUpdate`]s, of which the last one tells how it ended.
///
/// Asks the API less and less often, and asks again when that fails for a passing reason. An error is the last item.
/// Dropping it ends the asking, not the work.
#[must_use = "nothing is asked until the stream is read"]
pub struct Progress<R: Waitable>(State<R>);

type Item<R> = Result<ProgressUpdate<R>, WaitError<<R as Waitable>::Failed>>;
type Asked<R> = (Box<Watch<R>>, Option<Item<R>>);

enum State<R: Waitable> {
    Idle(Box<Watch<R>>),
    Asking(BoxFuture<'static, Asked<R>>),
    /// After an error; or while the state changes.
    Broken,
}

impl<R: Waitable> Progress<R> {
    pub(super) fn new(watch: Watch<R>) -> Self {
        Self(State::Idle(Box::new(watch)))
    }

    /// The next update; `None` after the last one. Nothing is lost if the future is dropped.
    pub async fn next(&mut self) -> Option<Item<R>> {
        poll_fn(|context| self.poll(context)).await
    }

    /// Waits for the end of the work. Metrics are not fetched any more.
    ///
    /// # Errors
    ///
    /// As those of [`Waiter::wait`](super::Waiter::wait). After an error of the stream, it is
    /// [`Error::Closed`](crate::Error::Closed).
    pub async fn wait(mut self) -> Result<R::Done, WaitError<R::Failed>> {
        loop {
            let finished = match &mut self.0 {
                State::Idle(watch) => {
                    watch.unmetered();
                    watch.is_finished()
                }
                State::Asking(_) => false,
                State::Broken => true,
            };
            if finished {
                break;
            }
            if let Some(Err(error)) = self.next().await {
                return Err(error);
            }
        }
        let outcome = match self.0 {
            State::Idle(watch) => watch.into_outcome(),
            _ => None,
        };
        outcome.unwrap_or(Err(WaitError::Call(crate::Error::Closed { at: Box::new(R::METHOD.into()) })))
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Item<R>>> {
        let mut asking = match std::mem::replace(&mut self.0, State::Broken) {
            State::Idle(watch) if watch.is_finished() => {
                self.0 = State::Idle(watch);
                return Poll::Ready(None);
            }
            State::Idle(watch) => ask(watch),
            State::Asking(asking) => asking,
            State::Broken => return Poll::Ready(None),
        };
        let polled = asking.as_mut().poll(context);
        if polled.is_pending() {
            self.0 = State::Asking(asking);
        }
        let (watch, item) = ready!(polled);
        if !matches!(item, Some(Err(_))) {
            self.0 = State::Idle(watch);
        }
        Poll::Ready(item)
    }
}

fn ask<R: Waitable>(mut watch: Box<Watch<R>>) -> BoxFuture<'static, Asked<R>> {
    Box::pin(async move {
        let item = watch.next().await.transpose();
        (watch, item)
    })
}

impl<R: Waitable> Stream for Progress<R> {
    type Item = Item<R>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll(context)
    }
}

impl<R: Waitable> fmt::Debug for Progress<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Progress").field("method", &R::METHOD).finish_non_exhaustive()
    }
}

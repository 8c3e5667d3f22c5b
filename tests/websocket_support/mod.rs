//! What the tests of the WebSocket stand on.

pub mod raw;
pub mod served;
pub mod talk;

use std::time::Duration;

use decthings::runtime::EventSet;
use decthings::{Subscription, Update};

/// Nothing takes longer; a hang is a failure.
const PATIENCE: Duration = Duration::from_secs(10);

/// What happens soon.
pub async fn soon<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future).await.expect("this takes too long")
}

/// The next update of a subscription, which is not its end.
pub async fn next<E: EventSet>(subscription: &mut Subscription<E>) -> Update<E> {
    let update = soon(subscription.next()).await.expect("the subscription has ended");
    decthings_tests::tell(&update);
    update
}

/// Waits until something is so, which no event tells.
pub async fn until(condition: impl Fn() -> bool) {
    soon(async {
        while !condition() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    })
    .await;
}

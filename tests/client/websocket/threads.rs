//! Calls and subscriptions on several threads, against a server in memory that responds at once.

use std::time::Duration;

use decthings::testing::SocketListener;
use decthings::{Client, RetryPolicy, Router};
use decthings_tests::{Dice, soon};
use tokio::task::{JoinSet, yield_now};

use super::served::Talk;
use super::support::until;
use super::talk::{TalkEvent, echo, launch, subscribe};

const CLIENTS: u64 = 8;
const ROUNDS: usize = 500;

/// Serves one connection after the other, and breaks some of them.
async fn serve(mut listener: SocketListener, router: Router) {
    let mut dice = Dice::new(7);
    loop {
        let mut socket = listener.accept().await;
        let connection = router.connect();
        let mut events = connection.events();
        let mut left = if dice.roll(4) == 0 { dice.roll(20) } else { usize::MAX };
        while left > 0 {
            left -= 1;
            let message = tokio::select! {
                request = socket.receive() => match request {
                    Some(request) => connection.handle(request).await,
                    None => break,
                },
                event = events.next() => event,
            };
            socket.send(message.expect("the client's messages are well-formed"));
        }
    }
}

/// Makes a call, and gives up after a number of polls.
async fn give_up<T>(polls: usize, call: impl Future<Output = T>) -> Option<T> {
    tokio::select! {
        biased;
        result = call => Some(result),
        () = async {
            for _ in 0..polls {
                yield_now().await;
            }
        } => None,
    }
}

async fn use_client(client: Client, seed: u64) {
    let mut dice = Dice::new(seed);
    for round in 0..ROUNDS {
        let id = ["a", "b", "c"][dice.roll(3)];
        let polls = if dice.roll(2) == 0 { dice.roll(8) } else { usize::MAX };
        match dice.roll(4) {
            0 => {
                let text = format!("{seed} {round}");
                if let Some(Ok(result)) = give_up(polls, echo(&client, &text).send()).await {
                    assert_eq!(result.text, text);
                }
            }
            1 => drop(give_up(polls, launch(&client, &format!("{seed} {round}")).subscribe()).await),
            2 => drop(give_up(polls, subscribe(&client, id).subscribe()).await),
            _ => {
                if let Some(Ok(subscription)) = give_up(polls, subscribe(&client, id).subscribe()).await {
                    let _ = give_up(polls, subscription.unsubscribe()).await;
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn calls_on_several_threads_leave_nothing_behind() {
    for idle in [Duration::ZERO, Duration::from_millis(1), Duration::from_secs(3600)] {
        let (talk, router) = Talk::new();
        let listener = SocketListener::new();
        let client = Client::builder()
            .websocket_listener(&listener)
            .retry(RetryPolicy::off())
            .max_websocket_calls(4)
            .max_queued_bytes(300)
            .websocket_idle_timeout(idle)
            .reconnect_delay(Duration::ZERO, Duration::ZERO)
            .build()
            .unwrap();
        let serving = tokio::spawn(serve(listener, router));
        let mut clients: JoinSet<()> = (0..CLIENTS).map(|seed| use_client(client.clone(), seed)).collect();
        soon(async {
            while let Some(result) = clients.join_next().await {
                result.unwrap();
            }
        })
        .await;
        let is_left = |id: &str| talk.hub.subscribers::<TalkEvent>(id) > 0;
        until(|| !["a", "b", "c"].into_iter().any(is_left)).await;
        until(|| !(0..CLIENTS).any(|seed| (0..ROUNDS).any(|round| is_left(&format!("{seed} {round}"))))).await;
        // A broken connection fails a call.
        while soon(echo(&client, "x").send()).await.is_err() {}
        drop(client);
        serving.abort();
    }
}

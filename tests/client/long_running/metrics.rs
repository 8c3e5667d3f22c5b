//! Metrics, fetched as they come, and each value only once.

use std::collections::BTreeMap;

use super::training::{Training, completed, running, values};

fn upto(end: u32) -> Vec<u32> {
    (0..end).collect()
}

#[tokio::test(start_paused = true)]
async fn only_what_is_new_is_fetched() {
    let steps =
        [running(&[]), running(&[("loss", 2)]), running(&[("loss", 2)]), completed(&[("loss", 5), ("late", 1)])];
    let training = Training::new(steps);
    let got = values(&training.start().await).await;
    assert_eq!(got, BTreeMap::from([("loss".into(), upto(5)), ("late".into(), upto(1))]));
    let fetched = training.fetched.lock().unwrap().clone();
    assert_eq!(fetched, [("loss".into(), 0, 2), ("loss".into(), 2, 3), ("late".into(), 0, 1)]);
}

#[tokio::test(start_paused = true)]
async fn many_values_come_in_pieces() {
    let training = Training::new([running(&[("loss", 10)]), completed(&[("loss", 3500)])]);
    let got = values(&training.start().await).await;
    assert_eq!(got["loss"], upto(3500));
    assert!(training.fetched.lock().unwrap().iter().all(|(_, _, amount)| *amount <= 1000));
    assert!(training.fetched.lock().unwrap().len() < 10);
}

#[tokio::test(start_paused = true)]
async fn counts_that_shrink_repeat_nothing() {
    let steps =
        [running(&[("loss", 5)]), running(&[("loss", 2)]), running(&[]), completed(&[("loss", 6), ("loss", 6)])];
    let training = Training::new(steps);
    assert_eq!(values(&training.start().await).await["loss"], upto(6));
    assert_eq!(*training.fetched.lock().unwrap(), [("loss".into(), 0, 5), ("loss".into(), 5, 1)]);
}

#[tokio::test(start_paused = true)]
async fn values_that_were_not_asked_for_are_left_out() {
    // From the beginning each time, twice, and of another metric.
    let training = Training::with_metrics([running(&[("loss", 3)]), completed(&[("loss", 5)])], |range| {
        let all = (range.name.clone(), 0, range.start_index + range.amount);
        vec![all.clone(), all, ("other".into(), 0, 3)]
    });
    assert_eq!(values(&training.start().await).await, BTreeMap::from([("loss".into(), upto(5))]));
}

#[tokio::test(start_paused = true)]
async fn values_that_are_missing_hold_nobody_up() {
    let training = Training::with_metrics([running(&[("loss", 9)]), completed(&[("loss", 9)])], |_| Vec::new());
    assert!(values(&training.start().await).await.is_empty());
    // One at a time.
    let training =
        Training::with_metrics([completed(&[("loss", 5)])], |range| vec![(range.name.clone(), range.start_index, 1)]);
    assert_eq!(values(&training.start().await).await["loss"], upto(5));
    // The old ones are gone.
    let training = Training::with_metrics([completed(&[("loss", 5)])], |range| vec![(range.name.clone(), 3, 2)]);
    assert_eq!(values(&training.start().await).await["loss"], [3, 4]);
}

//! Metrics are fetched as they appear, each value only once.

use std::collections::BTreeMap;

use super::training::{Training, completed, running, values};
use crate::support::upto;

#[tokio::test(start_paused = true)]
async fn only_new_values_are_fetched() {
    let steps =
        [running(&[]), running(&[("loss", 2)]), running(&[("loss", 2)]), completed(&[("loss", 5), ("late", 1)])];
    let training = Training::new(steps);
    let got = values(&training.start().await).await;
    assert_eq!(got, BTreeMap::from([("loss".into(), upto(5)), ("late".into(), upto(1))]));
    let fetched = training.fetched.lock().unwrap().clone();
    assert_eq!(fetched, [("loss".into(), 0, 2), ("loss".into(), 2, 3), ("late".into(), 0, 1)]);
}

#[tokio::test(start_paused = true)]
async fn many_values_are_fetched_in_parts() {
    let training = Training::new([running(&[("loss", 10)]), completed(&[("loss", 3500)])]);
    let got = values(&training.start().await).await;
    assert_eq!(got["loss"], upto(3500));
    assert!(training.fetched.lock().unwrap().iter().all(|(_, _, amount)| *amount <= 1000));
    assert!(training.fetched.lock().unwrap().len() < 10);
}

#[tokio::test(start_paused = true)]
async fn shrinking_counts_repeat_no_values() {
    let steps =
        [running(&[("loss", 5)]), running(&[("loss", 2)]), running(&[]), completed(&[("loss", 6), ("loss", 6)])];
    let training = Training::new(steps);
    assert_eq!(values(&training.start().await).await["loss"], upto(6));
    assert_eq!(*training.fetched.lock().unwrap(), [("loss".into(), 0, 5), ("loss".into(), 5, 1)]);
}

#[tokio::test(start_paused = true)]
async fn values_outside_the_requested_range_are_ignored() {
    // From the beginning each time, twice, and of another metric.
    let training = Training::with_metrics([running(&[("loss", 3)]), completed(&[("loss", 5)])], |range| {
        let all = (range.name.clone(), 0, range.start_index + range.amount);
        vec![all.clone(), all, ("other".into(), 0, 3)]
    });
    assert_eq!(values(&training.start().await).await, BTreeMap::from([("loss".into(), upto(5))]));
}

#[tokio::test(start_paused = true)]
async fn missing_values_do_not_block() {
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

#[tokio::test(start_paused = true)]
async fn metrics_are_grouped_by_step() {
    let training = Training::new([running(&[("loss", 3), ("accuracy", 3)]), completed(&[("loss", 5), ("late", 1)])]);
    let mut progress = training.start().await.progress();
    let mut rows = Vec::new();
    while let Some(update) = progress.next().await {
        let update = update.unwrap();
        for row in update.rows() {
            let names: Vec<String> = row.values.iter().map(|(name, _)| (*name).to_owned()).collect();
            assert!(row.values.iter().all(|(_, entry)| entry.data.item::<f32>().unwrap() == row.step as f32));
            assert_eq!(row.get("loss").is_some(), names.contains(&"loss".to_owned()));
            rows.push((row.step, names.join(" ")));
        }
    }
    let both = "loss accuracy";
    let wanted = [(0, both), (1, both), (2, both), (0, "late"), (3, "loss"), (4, "loss")];
    assert_eq!(rows, wanted.map(|(step, names)| (step, names.to_owned())));
}

//! Calls again and again.

use std::time::Instant;

use anyhow::Result;

use crate::measure::{Meter, Sample};

/// Makes so many calls, so many at a time, after a tenth of them to warm up.
pub async fn repeat<F: Future<Output = Result<()>> + Send + 'static>(
    calls: usize,
    concurrency: usize,
    call: impl Fn() -> F + Clone + Send + 'static,
) -> Result<Sample> {
    let round = |each: usize| {
        let tasks = (0..concurrency).map(|_| {
            let call = call.clone();
            async move {
                let mut times = Vec::with_capacity(each);
                for _ in 0..each {
                    let started = Instant::now();
                    call().await?;
                    times.push(started.elapsed().as_secs_f64());
                }
                Ok::<_, anyhow::Error>(times)
            }
        });
        let tasks: Vec<_> = tasks.map(tokio::spawn).collect();
        async move {
            let mut times = Vec::new();
            for task in tasks {
                times.extend(task.await??);
            }
            Ok::<_, anyhow::Error>(times)
        }
    };
    round((calls / 10 / concurrency).max(1)).await?;
    let meter = Meter::start();
    let mut times = round(calls / concurrency).await?;
    let sample = meter.stop();
    times.sort_by(f64::total_cmp);
    Ok(Sample { calls: times, ..sample })
}

mod data;
mod errors;
mod learning;
mod states;

use super::*;
use std::ops::ControlFlow;

fn find(name: &str) -> &'static dyn Preset {
    preset(name).unwrap()
}

fn create(task: Task, inputs: usize, outputs: usize) -> CreateOptions {
    CreateOptions { task, inputs, outputs, hidden: None, activation: None, seed: 1 }
}

fn classifier(preset: &str) -> Vec<StatePart> {
    let options = create(Task::Classification, 2, 2);
    find(preset).create_state(&options).unwrap()
}

fn samples(name: &str, rows: usize, cols: usize, data: &[f32]) -> Samples {
    Samples::new(name, rows, cols, data.to_vec()).unwrap()
}

fn go(_: Progress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// The share of rows whose most likely class is the right one.
fn accuracy(output: &Samples, y: &Samples) -> f32 {
    let best = |row: &[f32]| {
        let last = row.iter().copied().enumerate();
        last.max_by(|a, b| a.1.total_cmp(&b.1)).unwrap().0
    };
    let rows = output.data().chunks_exact(output.cols());
    let hits = rows.zip(y.data()).filter(|(row, y)| best(row) == **y as usize);
    hits.count() as f32 / y.rows() as f32
}

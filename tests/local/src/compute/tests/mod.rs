//! Tests of the presets, and what they share.

mod errors;
mod learning;
mod states;

use std::f32::consts::PI;
use std::ops::ControlFlow;

use super::random::Rng;
use super::*;

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

/// Inputs with two features, and targets of two classes.
type Problem = (Samples, Samples);

/// Two interleaved half circles.
fn moons(rows: usize, seed: u64) -> Problem {
    make(rows, seed, |class, t, noise| {
        let angle = PI * t;
        let (x, y) = (angle.cos(), angle.sin());
        let (x, y) = if class == 0 { (x, y) } else { (1.0 - x, 0.5 - y) };
        [x + 0.1 * noise[0], y + 0.1 * noise[1]]
    })
}

/// A circle inside another.
fn circles(rows: usize, seed: u64) -> Problem {
    make(rows, seed, |class, t, noise| {
        let angle = 2.0 * PI * t;
        let radius = if class == 0 { 1.0 } else { 0.5 } + 0.08 * noise[0];
        [radius * angle.cos(), radius * angle.sin()]
    })
}

/// Two spirals of one and a half turns.
fn spirals(rows: usize, seed: u64) -> Problem {
    make(rows, seed, |class, t, noise| {
        let turn = 0.1 + 0.9 * t.sqrt();
        let angle = 3.0 * PI * turn + PI * class as f32;
        let radius = turn;
        [radius * angle.cos() + 0.015 * noise[0], radius * angle.sin() + 0.015 * noise[1]]
    })
}

/// Two separate clouds.
fn clouds(rows: usize, seed: u64) -> Problem {
    make(rows, seed, |class, _, noise| {
        let centre = if class == 0 { -1.0 } else { 1.0 };
        [centre + 0.3 * noise[0], centre + 0.3 * noise[1]]
    })
}

/// The quadrants of a square, opposite ones of one class.
fn xor(rows: usize, seed: u64) -> Problem {
    make(rows, seed, |class, t, noise| {
        let side = if t < 0.5 { 1.0 } else { -1.0 };
        let other = if class == 0 { side } else { -side };
        [side + 0.2 * noise[0], other + 0.2 * noise[1]]
    })
}

/// `point` takes the class, a place from 0 to below 1 and two values of about normal noise.
fn make(rows: usize, seed: u64, point: impl Fn(usize, f32, [f32; 2]) -> [f32; 2]) -> Problem {
    let mut rng = Rng::new(seed);
    let (mut x, mut y) = (Vec::new(), Vec::new());
    for row in 0..rows {
        let class = row % 2;
        let t = rng.unit();
        // Four uniform values scaled to a variance of 1.
        let mut normal = || (0..4).map(|_| rng.unit() - 0.5).sum::<f32>() * 3f32.sqrt();
        let noise = [normal(), normal()];
        x.extend(point(class, t, noise));
        y.push(class as f32);
    }
    (Samples::new("x", rows, 2, x).unwrap(), Samples::new("y", rows, 1, y).unwrap())
}

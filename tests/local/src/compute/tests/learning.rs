use super::*;

type MakeProblem = fn(usize, u64) -> (Samples, Samples);

fn held_out(preset: &str, problem: MakeProblem, rows: usize, options: TrainOptions) -> f32 {
    let (x, y) = problem(rows, 11);
    let (test_x, test_y) = problem(400, 12);
    let preset = find(preset);
    let state = preset.train(&classifier(preset.name()), &x, &y, &options, &mut go).unwrap();
    accuracy(&preset.evaluate(&state, &test_x).unwrap(), &test_y)
}

fn defaults(preset: &str) -> TrainOptions {
    find(preset).default_train_options()
}

#[test]
fn linear_learns_a_straight_border() {
    let got = held_out("linear", clouds, 200, defaults("linear"));
    assert!(got >= 0.99, "{got}");
}

#[test]
fn linear_cannot_learn_curved_borders() {
    let problems: [(MakeProblem, f32); 4] = [(moons, 0.92), (circles, 0.7), (spirals, 0.75), (xor, 0.8)];
    for (index, (problem, most)) in problems.into_iter().enumerate() {
        let got = held_out("linear", problem, 300, defaults("linear"));
        assert!(got < most, "problem {index}: {got}");
    }
}

#[test]
fn mlp_learns_moons_circles_and_xor() {
    let problems: [MakeProblem; 3] = [moons, circles, xor];
    for (index, problem) in problems.into_iter().enumerate() {
        let options = TrainOptions { epochs: 40, ..defaults("mlp") };
        let got = held_out("mlp", problem, 300, options);
        assert!(got >= 0.97, "problem {index}: {got}");
    }
}

#[test]
fn mlp_learns_spirals() {
    let got = held_out("mlp", spirals, 500, defaults("mlp"));
    assert!(got >= 0.97, "{got}");
}

#[test]
fn both_presets_learn_a_regression() {
    let data: Vec<f32> = (0..100).map(|i| i as f32 / 50.0 - 1.0).collect();
    let x = samples("x", 100, 1, &data);
    let line: Vec<f32> = data.iter().flat_map(|x| [2.0 * x + 1.0, -x]).collect();
    let curve: Vec<f32> = data.iter().flat_map(|x| [x * x, x.abs()]).collect();
    for (name, targets, good) in
        [("linear", &line, true), ("linear", &curve, false), ("mlp", &line, true), ("mlp", &curve, true)]
    {
        let y = samples("y", 100, 2, targets);
        let preset = find(name);
        let state = preset.create_state(&create(Task::Regression, 1, 2)).unwrap();
        let state = preset.train(&state, &x, &y, &preset.default_train_options(), &mut go).unwrap();
        let output = preset.evaluate(&state, &x).unwrap();
        assert_eq!((output.rows(), output.cols()), (100, 2));
        let errors = output.data().iter().zip(targets);
        let mse = errors.map(|(a, b)| (a - b).powi(2)).sum::<f32>() / 200.0;
        assert_eq!(mse < 0.01, good, "{name}: {mse}");
    }
}

#[test]
fn same_seeds_give_the_same_result() {
    let (x, y) = moons(64, 1);
    for name in ["linear", "mlp"] {
        let run = |create_seed, train_seed| {
            let options = CreateOptions { seed: create_seed, ..create(Task::Classification, 2, 2) };
            let state = find(name).create_state(&options).unwrap();
            let options = TrainOptions { epochs: 3, seed: train_seed, validation_fraction: 0.2, ..defaults(name) };
            let mut log = Vec::new();
            let mut progress = |p| {
                log.push(p);
                ControlFlow::Continue(())
            };
            let state = find(name).train(&state, &x, &y, &options, &mut progress);
            (state.unwrap(), log)
        };
        assert_eq!(run(1, 1), run(1, 1));
        assert_ne!(run(1, 1).0, run(2, 1).0);
        assert_ne!(run(1, 1).0, run(1, 2).0);
    }
}

#[test]
fn progress_reports_steps_and_metrics() {
    let (x, y) = clouds(50, 1);
    let options = TrainOptions { epochs: 2, batch_size: 16, validation_fraction: 0.2, ..defaults("linear") };
    let mut log = Vec::new();
    find("linear")
        .train(&classifier("linear"), &x, &y, &options, &mut |p| {
            log.push(p);
            ControlFlow::Continue(())
        })
        .unwrap();
    let epochs: Vec<_> = log.iter().filter(|p| p.phase == Phase::Epoch).collect();
    let batches: Vec<_> = log.iter().filter(|p| p.phase == Phase::Batch).collect();
    // 40 rows make 3 batches.
    let steps: Vec<_> = batches.iter().map(|p| (p.epoch, p.step, p.steps)).collect();
    assert_eq!(steps, [(1, 1, 6), (1, 2, 6), (1, 3, 6), (2, 4, 6), (2, 5, 6), (2, 6, 6)]);
    assert!(batches.iter().all(|p| p.validation.is_none()));
    assert_eq!(epochs.len(), 2);
    for progress in epochs {
        assert_eq!(progress.epochs, 2);
        assert!(progress.training.accuracy.is_some());
        assert!(progress.validation.unwrap().accuracy.is_some());
    }
}

#[test]
fn probabilities_sum_to_one() {
    let (x, _) = moons(20, 1);
    for name in ["linear", "mlp"] {
        let output = find(name).evaluate(&classifier(name), &x).unwrap();
        for row in output.data().chunks_exact(2) {
            assert!((row.iter().sum::<f32>() - 1.0).abs() < 1e-5);
        }
    }
}

#[test]
fn long_table_is_evaluated_in_chunks() {
    let (x, _) = moons(20_000, 1);
    let state = classifier("mlp");
    let output = find("mlp").evaluate(&state, &x).unwrap();
    let last = samples("x", 1, 2, x.row(19_999).unwrap());
    let last = find("mlp").evaluate(&state, &last).unwrap();
    let difference = output.row(19_999).unwrap()[0] - last.data()[0];
    assert!(difference.abs() < 1e-5);
}

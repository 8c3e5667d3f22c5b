use super::*;

/// The parameter that an error is about.
fn invalid_parameter<T>(result: Result<T, ComputeError>) -> String {
    match result.map(|_| ()) {
        Err(ComputeError::InvalidParameter { name, reason }) => {
            assert!(!reason.is_empty());
            name
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn invalid_samples_are_rejected() {
    let bad: [(usize, usize, Vec<f32>); 8] = [
        (0, 1, vec![]),
        (1, 0, vec![]),
        (2, 2, vec![0.0; 3]),
        (2, 2, vec![0.0; 5]),
        (1, 2, vec![0.0, f32::NAN]),
        (1, 2, vec![f32::INFINITY, 0.0]),
        (usize::MAX, 2, vec![]),
        (MAX_VALUES, 2, vec![]),
    ];
    for (rows, cols, data) in bad {
        assert_eq!(invalid_parameter(Samples::new("table", rows, cols, data)), "table");
    }
}

#[test]
fn invalid_create_options_are_rejected() {
    let class = create(Task::Classification, 2, 2);
    let with = |change: &dyn Fn(&mut CreateOptions)| {
        let mut options = class.clone();
        change(&mut options);
        options
    };
    let bad = [
        ("mlp", "inputs", with(&|o| o.inputs = 0)),
        ("mlp", "inputs", with(&|o| o.inputs = usize::MAX)),
        ("linear", "inputs", with(&|o| o.inputs = MAX_PARAMETERS + 1)),
        ("mlp", "outputs", with(&|o| o.outputs = 1)),
        ("mlp", "outputs", with(&|o| o.outputs = usize::MAX)),
        ("linear", "outputs", with(&|o| o.outputs = MAX_PARAMETERS)),
        ("mlp", "hidden", with(&|o| o.hidden = Some(vec![]))),
        ("mlp", "hidden", with(&|o| o.hidden = Some(vec![4, 0]))),
        ("mlp", "hidden", with(&|o| o.hidden = Some(vec![4000, 4000]))),
        ("mlp", "hidden", with(&|o| o.hidden = Some(vec![usize::MAX; 2]))),
        ("mlp", "hidden", with(&|o| o.hidden = Some(vec![1; 17]))),
        ("linear", "hidden", with(&|o| o.hidden = Some(vec![4]))),
        ("linear", "activation", with(&|o| o.activation = Some(Activation::Tanh))),
    ];
    for (preset, name, options) in bad {
        assert_eq!(invalid_parameter(find(preset).create_state(&options)), name);
    }
    let regression = create(Task::Regression, 1, 0);
    assert_eq!(invalid_parameter(find("mlp").create_state(&regression)), "outputs");
}

#[test]
fn invalid_train_options_are_rejected() {
    let (x, y) = moons(10, 1);
    type Change = fn(&mut TrainOptions);
    let bad: [(&str, Change); 11] = [
        ("epochs", |o| o.epochs = 0),
        ("epochs", |o| o.epochs = usize::MAX),
        ("learning_rate", |o| o.learning_rate = 0.0),
        ("learning_rate", |o| o.learning_rate = -1.0),
        ("learning_rate", |o| o.learning_rate = f64::NAN),
        ("learning_rate", |o| o.learning_rate = f64::INFINITY),
        ("batch_size", |o| o.batch_size = 0),
        ("validation_fraction", |o| o.validation_fraction = -0.1),
        ("validation_fraction", |o| o.validation_fraction = 1.0),
        ("validation_fraction", |o| o.validation_fraction = 0.99),
        ("validation_fraction", |o| o.validation_fraction = f64::NAN),
    ];
    for (name, change) in bad {
        let mut options = find("mlp").default_train_options();
        change(&mut options);
        let result = find("mlp").train(&classifier("mlp"), &x, &y, &options, &mut go);
        assert_eq!(invalid_parameter(result), name);
    }
}

#[test]
fn oversized_batch_is_rejected() {
    let options = CreateOptions { hidden: Some(vec![100_000]), ..create(Task::Classification, 2, 2) };
    let state = find("mlp").create_state(&options).unwrap();
    let (x, y) = moons(200, 1);
    let options = TrainOptions { batch_size: usize::MAX, ..find("mlp").default_train_options() };
    let result = find("mlp").train(&state, &x, &y, &options, &mut go);
    assert_eq!(invalid_parameter(result), "batch_size");
}

#[test]
fn table_shapes_must_match_the_model() {
    let preset = find("linear");
    let state = classifier("linear");
    let options = preset.default_train_options();
    let (x, y) = moons(4, 1);
    let train = |x: &Samples, y: &Samples| preset.train(&state, x, y, &options, &mut go);
    assert_eq!(invalid_parameter(train(&samples("wide", 4, 3, &[0.0; 12]), &y)), "wide");
    assert_eq!(invalid_parameter(train(&x, &samples("short", 3, 1, &[0.0; 3]))), "short");
    assert_eq!(invalid_parameter(train(&x, &samples("pairs", 4, 2, &[0.0; 8]))), "pairs");
    for class in [2.0, -1.0, 0.5, 1e30] {
        let y = samples("classes", 4, 1, &[0.0, 1.0, 0.0, class]);
        assert_eq!(invalid_parameter(train(&x, &y)), "classes");
    }
    let wide = samples("wide", 1, 3, &[0.0; 3]);
    assert_eq!(invalid_parameter(preset.evaluate(&state, &wide)), "wide");

    let state = preset.create_state(&create(Task::Regression, 2, 3)).unwrap();
    let y = samples("narrow", 4, 2, &[0.0; 8]);
    assert_eq!(invalid_parameter(preset.train(&state, &x, &y, &options, &mut go)), "narrow");
}

#[test]
fn oversized_output_is_rejected() {
    let preset = find("linear");
    let options = create(Task::Regression, 1, 100_000);
    let state = preset.create_state(&options).unwrap();
    let x = samples("x", 501, 1, &[0.0; 501]);
    assert_eq!(invalid_parameter(preset.evaluate(&state, &x)), "x");
}

#[test]
fn break_from_the_progress_callback_cancels() {
    let (x, y) = moons(100, 1);
    let options = TrainOptions { validation_fraction: 0.2, ..find("mlp").default_train_options() };
    for phase in [Phase::Batch, Phase::Validation, Phase::Epoch] {
        let mut after = 0;
        let result = find("mlp").train(&classifier("mlp"), &x, &y, &options, &mut |p| {
            assert_eq!(after, 0);
            if p.phase == phase {
                after += 1;
                return ControlFlow::Break(());
            }
            ControlFlow::Continue(())
        });
        assert_eq!(result, Err(ComputeError::Cancelled));
    }
}

#[test]
fn overflow_is_an_error() {
    let preset = find("linear");
    let state = preset.create_state(&create(Task::Regression, 1, 1)).unwrap();
    let x = samples("x", 2, 1, &[1e30, -1e30]);
    let y = samples("y", 2, 1, &[0.0, 1.0]);
    let options = preset.default_train_options();
    let result = preset.train(&state, &x, &y, &options, &mut go);
    assert_eq!(result, Err(ComputeError::Diverged { epoch: 1, step: 1 }));

    let options = create(Task::Regression, 4, 1);
    let state = find("mlp").create_state(&options).unwrap();
    let x = samples("x", 2, 4, &[0.0, 0.0, 0.0, 0.0, 3e38, 3e38, 3e38, 3e38]);
    match find("mlp").evaluate(&state, &x) {
        Err(ComputeError::NonFiniteOutput { row: 1 }) => {}
        other => panic!("{other:?}"),
    }
    let y = samples("y", 2, 1, &[0.0, 1.0]);
    let options = find("mlp").default_train_options();
    let result = find("mlp").train(&state, &x, &y, &options, &mut go);
    assert_eq!(result, Err(ComputeError::Diverged { epoch: 1, step: 1 }));
}

#[test]
fn error_message_contains_the_parameter_name() {
    let error = Samples::new("x", 1, 1, vec![f32::NAN]).unwrap_err();
    assert_eq!(error.to_string(), "invalid parameter `x`: the value in row 0, column 0 is not a finite number");
}

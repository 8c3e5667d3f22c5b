use bytes::Bytes;
use safetensors::tensor::{Dtype, TensorView, serialize};

use super::*;

fn part<'a>(state: &'a mut [StatePart], key: &str) -> &'a mut StatePart {
    state.iter_mut().find(|part| part.key == key).unwrap()
}

fn tensor(key: &str, dtype: Dtype, shape: &[usize], data: &[u8]) -> Vec<u8> {
    let view = TensorView::new(dtype, shape.to_vec(), data).unwrap();
    serialize([(key, view)], None).unwrap()
}

/// Evaluation and training must reject the state with the same error.
fn rejected(state: &[StatePart]) -> String {
    let (x, y) = moons(4, 1);
    let mlp = find("mlp");
    let error = mlp.evaluate(state, &x).unwrap_err();
    let options = mlp.default_train_options();
    assert_eq!(mlp.train(state, &x, &y, &options, &mut go), Err(error.clone()));
    match error {
        ComputeError::InvalidState { reason } => reason,
        other => panic!("{other:?}"),
    }
}

#[test]
fn state_has_the_documented_format() {
    let state = classifier("mlp");
    let keys: Vec<_> = state.iter().map(|part| part.key.as_str()).collect();
    assert_eq!(
        keys,
        [
            "config.json",
            "layers.0.weight",
            "layers.0.bias",
            "layers.1.weight",
            "layers.1.bias",
            "layers.2.weight",
            "layers.2.bias",
        ]
    );
    let config = inspect(&state).unwrap();
    assert_eq!((config.inputs, config.outputs), (2, 2));
    assert_eq!(config.parameters(), Some(2 * 32 + 32 + 32 * 32 + 32 + 32 * 2 + 2));
    let file = safetensors::SafeTensors::deserialize(&state[1].bytes).unwrap();
    assert_eq!(file.tensor("layers.0.weight").unwrap().shape(), [32, 2]);
}

#[test]
fn state_parts_can_be_reordered_and_trained_further() {
    let (x, y) = moons(64, 1);
    for name in ["linear", "mlp"] {
        let preset = find(name);
        let options = TrainOptions { epochs: 2, ..preset.default_train_options() };
        let once = preset.train(&classifier(name), &x, &y, &options, &mut go).unwrap();
        let mut moved = once.clone();
        moved.reverse();
        let output = preset.evaluate(&once, &x).unwrap();
        assert_eq!(preset.evaluate(&moved, &x).unwrap(), output);
        let twice = preset.train(&moved, &x, &y, &options, &mut go).unwrap();
        assert_ne!(twice, once);
        let keys = |state: &[StatePart]| state.iter().map(|p| p.key.clone()).collect::<Vec<_>>();
        assert_eq!(keys(&twice), keys(&once));
    }
}

#[test]
fn missing_duplicate_unknown_and_foreign_parts_are_rejected() {
    assert!(rejected(&[]).contains("config.json"));
    let good = classifier("mlp");
    for index in 0..good.len() {
        let mut state = good.clone();
        let gone = state.remove(index);
        assert!(rejected(&state).contains(&gone.key));
        let mut state = good.clone();
        state.push(gone);
        assert!(rejected(&state).contains("repeated"));
    }
    let mut state = good;
    state.push(StatePart { key: "layers.3.bias".into(), bytes: Bytes::new() });
    assert!(rejected(&state).contains("unknown"));
    assert!(rejected(&classifier("linear")).contains("linear"));
}

#[test]
fn invalid_configurations_are_rejected() {
    let good = classifier("mlp");
    let text = String::from_utf8(good[0].bytes.to_vec()).unwrap();
    let huge = usize::MAX.to_string();
    let inputs = "\"inputs\": 2";
    assert!(text.contains(inputs) && text.contains("local/1"));
    let bad = [
        String::new(),
        "null".into(),
        "[".repeat(60_000),
        " ".repeat(70_000),
        text.replace("local/1", "local/2"),
        text.replace(inputs, "\"inputs\": 0"),
        text.replace(inputs, "\"inputs\": -2"),
        text.replace(inputs, &format!("\"inputs\": {huge}")),
        text.replace(inputs, "\"inputs\": 3"),
        text.replace(inputs, "\"inputs\": 2, \"more\": 1"),
        text.replace("classification", "clustering"),
    ];
    for text in bad {
        let mut state = good.clone();
        state[0].bytes = text.clone().into();
        rejected(&state);
    }
    let mut state = good;
    state[0].bytes = vec![0xff; 10].into();
    rejected(&state);
}

#[test]
fn invalid_tensors_are_rejected() {
    let good = classifier("mlp");
    let key = "layers.2.bias";
    let whole = good.last().unwrap().bytes.to_vec();
    let mut nan = whole.clone();
    let end = nan.len() - 4;
    nan[end..].copy_from_slice(&f32::NAN.to_le_bytes());
    let mut longer = whole.clone();
    longer.push(0);
    let mut bad = vec![
        vec![0xff; 8],
        vec![0; 1_000_000],
        nan,
        longer,
        tensor(key, Dtype::F32, &[1], &[0; 4]),
        tensor(key, Dtype::F32, &[1, 2], &[0; 8]),
        tensor(key, Dtype::F32, &[3], &[0; 12]),
        tensor(key, Dtype::I32, &[2], &[0; 8]),
        tensor(key, Dtype::F64, &[2], &[0; 16]),
        tensor("other", Dtype::F32, &[2], &[0; 8]),
    ];
    bad.extend((0..whole.len()).map(|end| whole[..end].to_vec()));
    for bytes in bad {
        let mut state = good.clone();
        part(&mut state, key).bytes = bytes.into();
        assert!(rejected(&state).contains(key));
    }
}

#[test]
fn corrupted_bytes_do_not_panic() {
    let good = classifier("mlp");
    let (x, _) = moons(2, 1);
    for index in [0, good.len() - 1] {
        for at in 0..good[index].bytes.len() {
            for change in [0x01, 0x80, 0xff] {
                let mut state = good.clone();
                let mut bytes = state[index].bytes.to_vec();
                bytes[at] ^= change;
                state[index].bytes = bytes.into();
                let _ = find("mlp").evaluate(&state, &x);
            }
        }
    }
}

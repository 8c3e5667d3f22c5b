//! Samples to learn from: generated, or read from a CSV file.

use std::collections::BTreeMap;
use std::f32::consts::PI;

use decthings::types::{ElementType, ParameterDefinition, TensorRules};

use crate::Result;

/// Features and the class that belongs to them.
#[derive(Clone)]
pub struct Sample {
    pub features: Vec<f32>,
    pub class: u32,
}

/// A problem: what to learn from, and what to test on.
pub struct Data {
    pub train: Vec<Sample>,
    pub test: Vec<Sample>,
    pub features: usize,
    pub classes: Vec<String>,
}

impl Data {
    /// Two spirals that wind around each other, which no straight line separates.
    pub fn two_spirals(count: usize) -> Self {
        let mut random = Random(1);
        let mut samples = Vec::new();
        for index in 0..count {
            let class = (index % 2) as u32;
            let radius = random.unit().sqrt();
            let angle = PI * (2.5 * radius + class as f32);
            let features =
                vec![radius * angle.cos() + 0.02 * random.normal(), radius * angle.sin() + 0.02 * random.normal()];
            samples.push(Sample { features, class });
        }
        Self::split(samples, vec!["first".into(), "second".into()], &mut random)
    }

    /// Reads comma-separated values: numbers, and in the last column the label. A first line of names is skipped.
    pub fn read_csv(path: &str) -> Result<Self> {
        let text = std::fs::read_to_string(path).map_err(|error| format!("cannot read {path}: {error}"))?;
        let mut classes: BTreeMap<String, u32> = BTreeMap::new();
        let mut samples: Vec<Sample> = Vec::new();
        for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let place = || format!("{path}:{}", index + 1);
            let (values, label) = line.rsplit_once(',').ok_or_else(|| format!("{}: a single column", place()))?;
            let values: std::result::Result<Vec<f32>, _> =
                values.split(',').map(|value| value.trim().parse()).collect();
            let features = match values {
                Ok(features) => features,
                Err(_) if index == 0 => continue,
                Err(error) => return Err(format!("{}: {error}", place()).into()),
            };
            if let Some(first) = samples.first().filter(|first| first.features.len() != features.len()) {
                let message = format!("{}: {} features, but {} before", place(), features.len(), first.features.len());
                return Err(message.into());
            }
            if let Some(value) = features.iter().find(|value| !value.is_finite()) {
                return Err(format!("{}: {value} is no number to learn from", place()).into());
            }
            let next = classes.len() as u32;
            let class = *classes.entry(label.trim().to_owned()).or_insert(next);
            samples.push(Sample { features, class });
        }
        if samples.len() < 10 || classes.len() < 2 {
            let message =
                format!("{path}: {} samples of {} classes are too few to learn from", samples.len(), classes.len());
            return Err(message.into());
        }
        let mut names: Vec<(u32, String)> = classes.into_iter().map(|(name, class)| (class, name)).collect();
        names.sort();
        Ok(Self::split(samples, names.into_iter().map(|(_, name)| name).collect(), &mut Random(1)))
    }

    /// Scales the features, shuffles, and keeps a fifth for testing.
    fn split(mut samples: Vec<Sample>, classes: Vec<String>, random: &mut Random) -> Self {
        let features = samples.first().map_or(0, |sample| sample.features.len());
        for feature in 0..features {
            let values: Vec<f32> = samples.iter().map(|sample| sample.features[feature]).collect();
            let mean = values.iter().sum::<f32>() / values.len() as f32;
            let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f32>() / values.len() as f32;
            let spread = variance.sqrt().max(f32::EPSILON);
            samples.iter_mut().for_each(|sample| sample.features[feature] = (sample.features[feature] - mean) / spread);
        }
        for index in (1..samples.len()).rev() {
            samples.swap(index, (random.unit() * (index + 1) as f32) as usize % (index + 1));
        }
        let test = samples.split_off(samples.len() * 4 / 5);
        Self { train: samples, test, features, classes }
    }
}

/// A key of the dataset: what it is called and what its tensors look like.
pub fn key<const RANK: usize>(name: &str, shape: [i64; RANK]) -> ParameterDefinition {
    let types = if RANK == 0 { [ElementType::U32] } else { [ElementType::F32] };
    ParameterDefinition::new(name, true, TensorRules::new(shape, types))
}

/// The same numbers every time: this is an example, not a lottery.
struct Random(u64);

impl Random {
    /// Between 0 and 1.
    fn unit(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 40) as f32 / (1_u64 << 24) as f32
    }

    /// About 0, with a standard deviation of 1.
    fn normal(&mut self) -> f32 {
        (0..12).map(|_| self.unit()).sum::<f32>() - 6.0
    }
}

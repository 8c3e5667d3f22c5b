//! Two definitions with a line between them, which are compared.

use decthings_codegen::diff::diff;
use decthings_tests::{Dice, repository};
use serde_json::Value;

use super::definitions::{self, MAX_DEFINITION, load};
use crate::Target;

pub const TARGET: Target = Target { name: "changes", max_len: 2 * MAX_DEFINITION, seeds, mutate, run };

/// What stands between the old definition and the new one.
const LINE: &[u8] = b"\n=====\n";

fn split(input: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = input.windows(LINE.len()).position(|window| window == LINE)?;
    Some((&input[..at], &input[at + LINE.len()..]))
}

fn seeds() -> Vec<Vec<u8>> {
    let revision = |number: usize| {
        let path = repository(&format!("tests/data/fixtures/revisions/{number}/definition.json"));
        std::fs::read(path).expect("a fixture can be read")
    };
    let mut seeds = vec![[&revision(1), LINE, &revision(2)].concat(), [&revision(3), LINE, &revision(2)].concat()];
    seeds.extend(definitions::seeds().iter().map(|seed| [seed, LINE, seed].concat()));
    seeds
}

fn mutate(input: &[u8], dice: &mut Dice) -> Option<Vec<u8>> {
    let (old, new) = split(input)?;
    Some(match dice.roll(4) {
        0 => [&definitions::mutate(old, dice)?, LINE, new].concat(),
        1 => [new, LINE, old].concat(),
        _ => [old, LINE, &definitions::mutate(new, dice)?].concat(),
    })
}

fn run(input: &[u8]) {
    let Some((old, new)) = split(input) else { return };
    let (Some(old), Some(new)) = (load(old), load(new)) else { return };
    for api in [&old, &new] {
        let same = diff(api, api);
        assert!(same.worst().is_none(), "a definition differs from itself: {}", same.text());
    }
    for changes in [diff(&old, &new), diff(&new, &old)] {
        assert!(!changes.text().is_empty() && !changes.markdown().is_empty());
        serde_json::from_str::<Value>(&changes.json()).unwrap_or_else(|error| panic!("{error}: {}", changes.json()));
    }
}

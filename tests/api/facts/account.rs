//! Both sides of the comparison in the same notation, and how they differ.

use std::collections::{BTreeMap, BTreeSet};

/// The content of one side: a few aspects of each place, each in words, and the order of each list of names.
///
/// A place is a path such as `Model.train params.stateId`, with variants of a union in angle brackets. Lists are part of
/// the type in words, and not of paths.
#[derive(Default)]
pub struct Account {
    places: BTreeMap<String, BTreeMap<&'static str, String>>,
    orders: BTreeMap<String, Vec<String>>,
}

impl Account {
    pub fn say(&mut self, place: impl Into<String>, aspect: &'static str, words: impl Into<String>) {
        let words = words.into();
        let aspects = self.places.entry(place.into()).or_default();
        aspects.entry(aspect).and_modify(|earlier| *earlier = format!("{earlier} and {words}")).or_insert(words);
    }

    pub fn order<'a>(&mut self, place: &str, names: impl IntoIterator<Item = &'a str>) {
        let names = names.into_iter().map(str::to_owned);
        self.orders.entry(place.to_owned()).or_default().extend(names);
    }

    /// The same without one aspect of all places.
    pub fn without(mut self, aspect: &str) -> Self {
        self.places.values_mut().for_each(|aspects| drop(aspects.remove(aspect)));
        self.places.retain(|_, aspects| !aspects.is_empty());
        self
    }

    /// Every place where two accounts differ, one line per aspect. What is inside a place that only one of them has is
    /// not listed.
    pub fn differences(facts: &Self, here: &Self) -> Vec<String> {
        let mut lines = Vec::new();
        let mut missing: Vec<&str> = Vec::new();
        let paths: BTreeSet<&String> = facts.places.keys().chain(here.places.keys()).collect();
        for path in paths {
            if missing.iter().any(|outer| is_inside(path, outer)) {
                continue;
            }
            match (facts.places.get(path), here.places.get(path)) {
                (Some(facts), Some(here)) => {
                    let aspects: BTreeSet<&str> = facts.keys().chain(here.keys()).copied().collect();
                    for aspect in aspects {
                        let words =
                            |side: &BTreeMap<_, String>| side.get(aspect).cloned().unwrap_or(format!("no {aspect}"));
                        let (facts, here) = (words(facts), words(here));
                        if facts != here {
                            lines.push(format!("{path}: {facts} in the facts, {here} here"));
                        }
                    }
                }
                (known, _) => {
                    missing.push(path);
                    lines.push(format!("{path}: only {}", if known.is_some() { "in the facts" } else { "here" }));
                }
            }
        }
        for (place, names) in &facts.orders {
            let others = here.orders.get(place).map_or(&[][..], Vec::as_slice);
            let common = |names: &[String], others: &[String]| -> Vec<String> {
                names.iter().filter(|name| others.contains(name)).cloned().collect()
            };
            let (facts, here) = (common(names, others), common(others, names));
            if facts != here {
                lines.push(format!("{place}: {} in the facts, {} here", facts.join(", "), here.join(", ")));
            }
        }
        lines
    }
}

fn is_inside(path: &str, outer: &str) -> bool {
    path.strip_prefix(outer).is_some_and(|rest| rest.starts_with(['.', '<', ' ']))
}

/// `a.b`, or `b` at the root.
pub fn join(parent: &str, member: &str) -> String {
    if parent.is_empty() { member.to_owned() } else { format!("{parent}.{member}") }
}

/// Conditions in words.
pub fn when(mut conditions: Vec<String>) -> String {
    if conditions.is_empty() {
        return "always".to_owned();
    }
    conditions.sort();
    format!("when {}", conditions.join(" and "))
}

pub fn presence(optional: bool) -> &'static str {
    if optional { "optional" } else { "required" }
}

//! Mutations of JSON, at any place of a document.

use decthings_tests::Dice;
use serde_json::{Map, Value, json};

use super::{copies, edge, pick};

/// The deepest nesting that a mutation adds: more than any decoder allows.
const DEEP: usize = 200;

/// Texts that mean something somewhere.
const TEXTS: [&str; 13] =
    ["", "a", "__proto__", "\u{0}", "\u{7f}\u{1b}[2J", "ä漢😀", "\"\\/", "AA==", "NaN", "-0", "code", "../..", "type"];

/// Changes a value in one place.
pub fn value(document: &mut Value, dice: &mut Dice) {
    let mut places = Vec::new();
    list(document, String::new(), &mut places);
    let place = pick(&places, dice).clone();
    let other = document.pointer(pick::<String>(&places, dice)).cloned().unwrap_or_default();
    if dice.roll(6) == 0 {
        return remove(document, &place);
    }
    let Some(value) = document.pointer_mut(&place) else { return };
    match dice.roll(6) {
        0 => *value = other,
        1 => *value = scalar(dice),
        2 => *value = nest(value.take(), dice),
        _ => inside(value, other, dice),
    }
}

/// The JSON pointers of all places.
fn list(value: &Value, place: String, places: &mut Vec<String>) {
    match value {
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| list(item, format!("{place}/{index}"), places));
        }
        Value::Object(members) => members.iter().for_each(|(name, member)| {
            list(member, format!("{place}/{}", name.replace('~', "~0").replace('/', "~1")), places);
        }),
        _ => {}
    }
    places.push(place);
}

fn remove(document: &mut Value, place: &str) {
    let Some((parent, name)) = place.rsplit_once('/') else { return };
    match document.pointer_mut(parent) {
        Some(Value::Array(items)) => drop(name.parse().ok().map(|index: usize| items.remove(index))),
        Some(Value::Object(members)) => drop(members.shift_remove(&name.replace("~1", "/").replace("~0", "~"))),
        _ => {}
    }
}

/// A value of no parts.
fn scalar(dice: &mut Dice) -> Value {
    match dice.roll(8) {
        0 => Value::Null,
        1 => true.into(),
        2 => json!([]),
        3 => json!({}),
        4 => pick(&[-1.0, 0.5, -0.0, 1e300, 4e9], dice).to_owned().into(),
        5 => edge(dice).into(),
        6 => (edge(dice) as i64).wrapping_neg().into(),
        _ => text(dice).into(),
    }
}

fn text(dice: &mut Dice) -> &'static str {
    TEXTS[dice.roll(TEXTS.len())]
}

fn nest(value: Value, dice: &mut Dice) -> Value {
    match dice.roll(4) {
        0 => json!({ "a": value }),
        1 => (0..dice.roll(DEEP)).fold(value, |value, _| json!([value])),
        2 => json!({ "$bytes": value }),
        _ => json!([value]),
    }
}

/// Changes a part of the value.
fn inside(value: &mut Value, other: Value, dice: &mut Dice) {
    match value {
        Value::Array(items) => {
            let item = if items.is_empty() { other } else { pick(items, dice).clone() };
            let at = dice.roll(items.len() + 1);
            items.splice(at..at, std::iter::repeat_n(item, copies(dice)));
        }
        Value::Object(members) if dice.roll(2) == 0 || members.is_empty() => {
            for number in 0..copies(dice) {
                members.insert(format!("{}{number}", text(dice)), other.clone());
            }
        }
        Value::Object(members) => {
            // Another name for a member, which may be that of another one.
            let names: Vec<String> = members.keys().cloned().collect();
            let (from, to) = (pick(&names, dice), pick(&names, dice));
            let to = if from == to { text(dice) } else { to };
            let renamed = |(name, value): (String, Value)| (if name == *from { to.to_owned() } else { name }, value);
            *members = std::mem::take(members).into_iter().map(renamed).collect::<Map<_, _>>();
        }
        Value::Number(number) => {
            let step = if dice.roll(2) == 0 { 1 } else { -1 };
            *value = number.as_i64().map_or(edge(dice).into(), |number| number.wrapping_add(step).into());
        }
        Value::String(old) => match dice.roll(3) {
            0 => old.push_str(text(dice)),
            1 => drop(old.pop()),
            _ => *old = text(dice).repeat(copies(dice)),
        },
        other => *other = scalar(dice),
    }
}

/// Changes the text of a document in a way that a [`Value`] cannot have.
pub fn document(json: &str, dice: &mut Dice) -> Vec<u8> {
    let mut bytes = json.as_bytes().to_vec();
    let places = |wanted: &[u8]| -> Vec<usize> {
        json.bytes().enumerate().filter(|(_, byte)| wanted.contains(byte)).map(|(at, _)| at).collect()
    };
    let (insert, at): (&[u8], &[u8]) = match dice.roll(6) {
        0 => (b"\"code\":\"again\",", b"{"),
        1 => (b" \n\t", b",:[]{}"),
        2 => (b"\\u0061\\ud83d", b"\""),
        3 => (b"\xff", b"\""),
        4 => (b"0", b":"),
        _ => (b"\"__proto__\":{},", b"{"),
    };
    let places = places(at);
    if !places.is_empty() {
        let place = pick(&places, dice) + 1;
        bytes.splice(place..place, insert.iter().copied());
    }
    bytes
}

/// Replaces a value by one of another document, mostly by one with the same name.
pub fn graft(target: &mut Value, source: &Value, dice: &mut Dice) {
    let (mut places, mut parts) = (Vec::new(), Vec::new());
    list(target, String::new(), &mut places);
    list(source, String::new(), &mut parts);
    let place = pick(&places, dice).clone();
    let name = |place: &str| place.rsplit('/').next().map(str::to_owned);
    let named: Vec<&String> = parts.iter().filter(|part| name(part) == name(&place)).collect();
    let part = match dice.roll(4) {
        1.. if !named.is_empty() => *pick(&named, dice),
        _ => pick(&parts, dice),
    };
    if let (Some(value), Some(part)) = (target.pointer_mut(&place), source.pointer(part)) {
        *value = part.clone();
    }
}

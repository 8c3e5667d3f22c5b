//! From tensors as JSON to bytes, and back.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::frame::{take, take_varint, varint};

const TYPES: [&str; 16] = [
    "f32", "f64", "i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64", "string", "binary", "boolean", "image",
    "audio", "video",
];

pub(super) fn write(tensor: &Value, out: &mut Vec<u8>) {
    let name = tensor["type"].as_str().expect("a tensor has a type");
    let tag = TYPES.iter().position(|ty| *ty == name).expect("a type of a tensor");
    let shape = tensor["shape"].as_array().expect("a tensor has a shape");
    out.extend([tag as u8 + 1, shape.len() as u8]);
    for dim in shape {
        varint(dim.as_u64().expect("a dimension") as usize, out);
    }
    // Numbers may be given as their bytes.
    if let (false, Some(bytes)) = (is_variable(name), tensor["data"].as_str()) {
        out.extend(STANDARD.decode(bytes).expect("base64"));
        return;
    }
    let data = tensor["data"].as_array().expect("a tensor has a list of data");
    if !is_variable(name) {
        data.iter().for_each(|element| out.extend(number(name, element)));
        return;
    }
    let mut elements = Vec::new();
    for element in data {
        let bytes = variable(name, element);
        varint(bytes.len(), &mut elements);
        elements.extend(bytes);
    }
    varint(elements.len(), out);
    out.extend(elements);
}

fn is_variable(name: &str) -> bool {
    ["string", "binary", "image", "audio", "video"].contains(&name)
}

fn number(name: &str, element: &Value) -> Vec<u8> {
    let float = || match element {
        Value::String(text) if text == "-0" => -0.0,
        Value::String(text) => text.parse::<f64>().expect("a float"),
        other => other.as_f64().expect("a float"),
    };
    let integer = || match element {
        Value::String(text) => text.parse::<i128>().expect("an integer"),
        other => other.as_i64().map(i128::from).or(other.as_u64().map(i128::from)).expect("an integer"),
    };
    match name {
        "f32" => (float() as f32).to_le_bytes().to_vec(),
        "f64" => float().to_le_bytes().to_vec(),
        "boolean" => vec![u8::from(element.as_bool().expect("a boolean"))],
        name => integer().to_le_bytes()[..width(name)].to_vec(),
    }
}

/// The bytes of an element of a type with a fixed size.
fn width(name: &str) -> usize {
    match name {
        "boolean" => 1,
        name => name[1..].parse::<usize>().expect("a number of bits") / 8,
    }
}

fn variable(name: &str, element: &Value) -> Vec<u8> {
    let base64 = |value: &Value| STANDARD.decode(value.as_str().expect("base64")).expect("base64");
    match name {
        "string" => element.as_str().expect("text").as_bytes().to_vec(),
        "binary" => base64(element),
        _ => {
            let format = element["format"].as_str().expect("a format");
            let mut bytes = vec![u8::try_from(format.len()).expect("a short format")];
            bytes.extend(format.bytes());
            bytes.extend(base64(&element["data"]));
            bytes
        }
    }
}

/// Takes one tensor off the bytes.
pub(super) fn read(bytes: &mut &[u8]) -> Result<Value, String> {
    let head = take(bytes, 2)?;
    let tag = usize::from(head[0]).checked_sub(1).ok_or("0 is no type")?;
    let name = TYPES.get(tag).ok_or_else(|| format!("{} is no type", tag + 1))?;
    let shape: Vec<usize> = (0..head[1]).map(|_| take_varint(bytes)).collect::<Result<_, _>>()?;
    let count: usize = shape.iter().product();
    let data: Result<Vec<Value>, String> = if is_variable(name) {
        let len = take_varint(bytes)?;
        let mut elements = take(bytes, len)?;
        (0..count)
            .map(|_| {
                let len = take_varint(&mut elements)?;
                read_variable(name, take(&mut elements, len)?)
            })
            .collect()
    } else {
        (0..count).map(|_| Ok(read_number(name, take(bytes, width(name))?))).collect()
    };
    Ok(json!({ "type": name, "shape": shape, "data": data? }))
}

fn read_number(name: &str, bytes: &[u8]) -> Value {
    let float = |value: f64| match value {
        value if value == 0.0 && value.is_sign_negative() => "-0".into(),
        value if value.is_nan() => "NaN".into(),
        value if value.is_infinite() => if value > 0.0 { "Infinity" } else { "-Infinity" }.into(),
        value => Value::from(value),
    };
    let mut wide = if name.starts_with('i') && bytes[bytes.len() - 1] >= 0x80 { [0xff; 16] } else { [0; 16] };
    wide[..bytes.len()].copy_from_slice(bytes);
    let integer = i128::from_le_bytes(wide);
    match name {
        "f32" => float(f32::from_bits(integer as u32).into()),
        "f64" => float(f64::from_bits(integer as u64)),
        "boolean" => (integer != 0).into(),
        "i64" | "u64" => integer.to_string().into(),
        _ => (integer as i64).into(),
    }
}

fn read_variable(name: &str, mut bytes: &[u8]) -> Result<Value, String> {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).map_err(|error| error.to_string());
    Ok(match name {
        "string" => text(bytes)?.into(),
        "binary" => STANDARD.encode(bytes).into(),
        _ => {
            let len = take(&mut bytes, 1)?[0];
            let format = text(take(&mut bytes, len.into())?)?;
            json!({ "format": format, "data": STANDARD.encode(bytes) })
        }
    })
}

//! The bytes and tensors of a result.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use decthings::runtime::{Attachment, DynamicMessage, Value};
use decthings::tensor::{notation, npy};
use decthings::{Blob, Tensor};
use serde_json::json;

use crate::failure::{Failure, Kind};

/// The index that a value refers to.
pub(super) fn reference(value: &Value) -> Option<usize> {
    let Value::Object(members) = value else { return None };
    let index = members.get(Attachment::REFERENCE).filter(|_| members.len() == 1)?;
    usize::try_from(index.as_u64()?).ok()
}

/// Replaces the references in a value by what a function makes of the attachment and its path.
fn replace(value: &mut Value, path: &str, make: &mut impl FnMut(usize, &str) -> Option<Value>) {
    if let Some(index) = reference(value) {
        if let Some(made) = make(index, path) {
            *value = made;
        }
        return;
    }
    match value {
        Value::Array(items) => {
            items.iter_mut().enumerate().for_each(|(index, item)| replace(item, &join(path, &index.to_string()), make));
        }
        Value::Object(members) => {
            // An item is best known by its name.
            let name = members.values().next().and_then(Value::as_str).map(str::to_owned);
            let references = members.values().filter(|value| reference(value).is_some()).count();
            members.iter_mut().for_each(|(member, value)| match &name {
                Some(name) if references == 1 && reference(value).is_some() => replace(value, name, make),
                _ => replace(value, &join(path, member), make),
            });
        }
        _ => {}
    }
}

fn join(path: &str, step: &str) -> String {
    if path.is_empty() { step.to_owned() } else { format!("{path}-{step}") }
}

/// The JSON with everything in it.
pub(super) async fn inline(message: DynamicMessage) -> Result<Value, Failure> {
    let mut values = Vec::with_capacity(message.attachments.len());
    for attachment in message.attachments {
        values.push(match attachment {
            Attachment::Tensor(tensor) => notation::to_value(&tensor),
            Attachment::Blob(blob) => {
                // The notation of the crate is that of a blob in memory.
                let blob = Blob::from(blob.bytes().await?);
                serde_json::to_value(blob).map_err(std::io::Error::other)?
            }
            _ => Value::Null,
        });
    }
    let mut json = message.json;
    replace(&mut json, "", &mut |index, _| values.get_mut(index).map(Value::take));
    Ok(json)
}

/// Saves the bytes as files in a folder, and puts their paths in their places.
pub(super) async fn save(message: &mut DynamicMessage, folder: &Path) -> Result<(), Failure> {
    tokio::fs::create_dir_all(folder).await?;
    let mut used = HashSet::new();
    let mut files: Vec<(Blob, PathBuf)> = Vec::new();
    let attachments = &mut message.attachments;
    replace(&mut message.json, "", &mut |index, path| {
        let Some(Attachment::Blob(blob)) = attachments.get_mut(index) else { return None };
        let file = folder.join(unused(&file_name(path), &mut used));
        files.push((std::mem::take(blob), file.clone()));
        Some(json!({"$file": file.to_string_lossy()}))
    });
    for (blob, file) in files {
        let place = file.display().to_string();
        blob.save_as(file).await.map_err(|error| Failure::from(error).within(place))?;
    }
    Ok(())
}

/// A name that stays in its folder, whatever the service calls it.
fn file_name(name: &str) -> String {
    let is_plain = |character: char| character.is_ascii_alphanumeric() || matches!(character, '.' | '-' | '_');
    let name: String =
        name.chars().take(100).map(|character| if is_plain(character) { character } else { '_' }).collect();
    let name = name.trim_start_matches('.');
    if name.is_empty() { "data".to_owned() } else { name.to_owned() }
}

fn unused(name: &str, used: &mut HashSet<String>) -> String {
    let numbered = (2_u64..).map(|number| format!("{name}-{number}"));
    let free = [name.to_owned()].into_iter().chain(numbered).find(|name| !used.contains(name)).unwrap_or_default();
    used.insert(free.clone());
    free
}

/// The tensors in values as one `.npy` file: the only one, or several of one shape along a new first axis.
pub(super) fn npy(values: &[Value], attachments: &[Attachment]) -> Result<Vec<u8>, Failure> {
    let mut tensors = Vec::new();
    values.iter().for_each(|value| collect(value, attachments, &mut tensors));
    let tensor = match tensors.as_slice() {
        [] => return Err(Failure::new(Kind::Other, "the result has no tensor")),
        [tensor] => (*tensor).clone(),
        several => Tensor::stack(several.iter().copied()).map_err(|error| {
            Failure::new(Kind::Other, format!("the result has several tensors; choose with --query: {error}"))
        })?,
    };
    npy::write(&tensor).map_err(|error| Failure::new(Kind::Other, error))
}

fn collect<'a>(value: &Value, attachments: &'a [Attachment], tensors: &mut Vec<&'a Tensor>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, attachments, tensors)),
        Value::Object(members) => match reference(value).map(|index| attachments.get(index)) {
            Some(Some(Attachment::Tensor(tensor))) => tensors.push(tensor),
            Some(_) => {}
            None => members.values().for_each(|member| collect(member, attachments, tensors)),
        },
        _ => {}
    }
}

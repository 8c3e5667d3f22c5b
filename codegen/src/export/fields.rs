//! The JSON form of objects, without their bytes and tensors.

use serde_json::{Map, Value};

use crate::ir::Api;
use crate::ir::blobs::{Blob, BlobKind, BlobRule};
use crate::ir::types::{Absent, Field, Object, Type, UnionStyle};

/// A member of the JSON.
pub(super) struct Property {
    pub(super) name: String,
    /// Other names that a reader accepts.
    pub(super) aliases: Vec<String>,
    /// One of these.
    pub(super) types: Vec<Type>,
    /// What a reader accepts in place of a list of them.
    pub(super) item: Option<Type>,
    pub(super) required: bool,
    pub(super) description: Option<String>,
    pub(super) deprecated: bool,
}

impl Property {
    fn added(name: &str, ty: Type, description: String, required: bool) -> Self {
        Self {
            name: name.to_owned(),
            aliases: Vec::new(),
            types: vec![ty],
            item: None,
            required,
            description: Some(description),
            deprecated: false,
        }
    }

    /// The names that a rule adds at the top of a request.
    pub(super) fn at_root(rule: &BlobRule) -> Option<Self> {
        let BlobKind::Keyed { names, aliases, at_root: true, .. } = &rule.kind else { return None };
        let description = format!("Names of the blobs of `{}`, in their order.", rule.path);
        // A rule inside a variant applies when that variant is sent.
        let added = Self::added(names, strings(), description, !rule.path.contains('<'));
        Some(Self { aliases: aliases.clone(), ..added })
    }
}

/// The members of the JSON, and notes on those that are not part of it.
pub(super) fn properties(api: &Api, object: &Object) -> (Vec<Property>, Vec<String>) {
    let mut members = Vec::new();
    let mut notes = Vec::new();
    for field in &object.fields {
        let name = &field.wire;
        let texts: Vec<String> = prose(field).into_iter().chain(also_read(field)).collect();
        let text = (!texts.is_empty()).then(|| texts.join(" "));
        let detached = |how: &str| {
            let text = text.as_deref().map(|text| format!(" {text}")).unwrap_or_default();
            format!("`{name}` is not in the JSON: {how}.{text}")
        };
        let mut keep = |types: Vec<Type>, required: bool, description: Option<String>| {
            members.push(Property {
                name: name.clone(),
                aliases: field.aliases.clone(),
                types,
                item: field.declared_item().cloned(),
                required,
                description,
                deprecated: field.deprecated.is_some(),
            });
        };
        match &field.blob {
            None => keep(vec![field.ty.clone()], field.required, text),
            Some(Blob::Bytes) => notes.push(detached("it is a blob")),
            Some(Blob::Tensor) => notes.push(detached("it is a blob with one tensor")),
            Some(Blob::Tensors) => match without_tensors(api, &field.ty) {
                others if others.is_empty() => notes.push(detached("its tensors are a blob, back to back")),
                others => {
                    let how = "Absent when tensors are sent, which are then a blob, back to back.";
                    keep(others, false, Some(with(text, how)));
                }
            },
            Some(Blob::Keyed { at_root: true, .. }) => notes.push(detached("each item is a blob")),
            Some(Blob::Keyed { names, aliases, .. }) => {
                notes.push(detached("each item is a blob"));
                let description = format!("Names of the blobs of `{name}`, in their order.");
                let added = Property::added(names, strings(), description, true);
                members.push(Property { aliases: aliases.clone(), ..added });
            }
            Some(Blob::Entries) => {
                let how = "Here the keys alone, sorted: each tensor is a blob, entry by entry.";
                keep(vec![strings()], true, Some(with(text, how)));
            }
            Some(Blob::IndexedEntries { indexes }) => {
                let how = "Here the keys alone: each tensor is a blob, index by index.";
                keep(vec![strings()], true, Some(with(text, how)));
                let list = Type::List(Box::new(Type::Uint32));
                members.push(Property::added(indexes, list, format!("Indexes of the entries of `{name}`."), true));
            }
        }
    }
    (members, notes)
}

fn strings() -> Type {
    Type::List(Box::new(Type::String))
}

fn with(text: Option<String>, more: &str) -> String {
    text.map_or_else(|| more.to_owned(), |text| format!("{text} {more}"))
}

/// The alternatives that are part of the JSON.
fn without_tensors(api: &Api, ty: &Type) -> Vec<Type> {
    let union = api.union(ty).filter(|union| union.style == UnionStyle::Kinded);
    let payloads = union.into_iter().flat_map(|union| &union.variants).filter_map(|variant| variant.payload.clone());
    payloads.filter(|ty| !matches!(ty, Type::List(items) if **items == Type::Tensor)).collect()
}

/// What else a reader should accept.
fn also_read(field: &Field) -> Option<String> {
    let item = field.declared_item().map(|_| "one item in place of the list".to_owned());
    let accepted: Vec<String> = names(&field.aliases).into_iter().chain(item).collect();
    (!accepted.is_empty()).then(|| format!("Readers should also accept {}.", accepted.join(", and ")))
}

/// What readers should accept besides a name.
pub(super) fn names(aliases: &[String]) -> Option<String> {
    let names: Vec<String> = aliases.iter().map(|alias| format!("`{alias}`")).collect();
    (!names.is_empty()).then(|| format!("the name {}", names.join(" or ")))
}

/// Other names of members that readers accept. They are for the object, as a reference has nothing beside it.
pub(super) fn aliases<'n>(members: impl Iterator<Item = (&'n String, &'n Vec<String>)>) -> Option<Value> {
    let members = members.filter(|(_, aliases)| !aliases.is_empty());
    let members: Map<String, Value> = members.map(|(name, aliases)| (name.clone(), aliases.clone().into())).collect();
    (!members.is_empty()).then(|| members.into())
}

/// What a field means, its default, and whether it should still be used.
pub(super) fn prose(field: &Field) -> Option<String> {
    let absent = field.absent.as_ref().filter(|_| !field.required).map(|absent| match absent {
        Absent::Literal(value) => format!("Default: `{value}`."),
        Absent::Described(text) => format!("Default: {text}."),
    });
    let deprecated =
        field.deprecated.as_ref().map(|mark| format!("Deprecated since {}: use {}.", mark.since, mark.instead));
    let texts: Vec<String> = field.description.clone().into_iter().chain(absent).chain(deprecated).collect();
    (!texts.is_empty()).then(|| texts.join(" "))
}

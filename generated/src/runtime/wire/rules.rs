//! Where bytes and tensors leave the JSON and join it.

/// A place, or a set of places, of which the contents travel beside the JSON.
///
/// Paths are such as `params[].data` (in each item of an array) or `options<type=upload>.data` (only if the object's
/// `type` is `upload`). Blobs follow each other rule by rule, each in the order of the document.
#[derive(Clone, Copy, Debug)]
pub struct BlobRule {
    pub(crate) path: &'static str,
    pub(crate) kind: Kind,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    Bytes,
    Tensor,
    Tensors { name: Option<&'static str> },
    Keyed { names: &'static str, at_root: bool, key: &'static str, data: &'static str },
    Entries { key: &'static str, data: &'static str },
    IndexedEntries(Indexed),
}

/// The property names of indexed entries.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Indexed {
    pub(crate) indexes: &'static str,
    pub(crate) key: &'static str,
    pub(crate) data: &'static str,
    pub(crate) index: &'static str,
    pub(crate) tensor: &'static str,
}

/// Whether all that these take out of the JSON is bytes.
pub(crate) fn has_only_bytes(rules: &[BlobRule]) -> bool {
    rules.iter().all(|rule| matches!(rule.kind, Kind::Bytes | Kind::Keyed { .. }))
}

impl BlobRule {
    /// Bytes: one blob.
    pub const fn bytes(path: &'static str) -> Self {
        Self { path, kind: Kind::Bytes }
    }

    /// A tensor: one blob.
    pub const fn tensor(path: &'static str) -> Self {
        Self { path, kind: Kind::Tensor }
    }

    /// An array of tensors: one blob with all of them, which may be empty. What is not an array stays in the JSON.
    pub const fn tensors(path: &'static str) -> Self {
        Self { path, kind: Kind::Tensors { name: None } }
    }

    /// The same in the items of an array, which have to differ in the property `name`.
    pub const fn named_tensors(path: &'static str, name: &'static str) -> Self {
        Self { path, kind: Kind::Tensors { name: Some(name) } }
    }

    /// An array of objects with a name (`key`) and bytes (`data`): a blob each; the names are a list in the
    /// property `names` beside.
    pub const fn keyed(path: &'static str, names: &'static str, key: &'static str, data: &'static str) -> Self {
        Self { path, kind: Kind::Keyed { names, at_root: false, key, data } }
    }

    /// The same with `names` at the top of the parameters or the result.
    pub const fn keyed_at_root(path: &'static str, names: &'static str, key: &'static str, data: &'static str) -> Self {
        Self { path, kind: Kind::Keyed { names, at_root: true, key, data } }
    }

    /// An array of objects with a name (`key`) and a list of tensors (`data`), all equally long: a blob a tensor,
    /// the first of each name, then the second of each; the array becomes the list of names, sorted.
    pub const fn entries(path: &'static str, key: &'static str, data: &'static str) -> Self {
        Self { path, kind: Kind::Entries { key, data } }
    }

    /// An array of objects with a name (`key`) and a list (`data`) of numbers (`index`) with tensors (`tensor`), all
    /// with the same numbers: a blob a tensor, as with [`entries`](Self::entries); the array becomes the list of
    /// names, and the numbers are a list in the property `indexes` beside.
    pub const fn indexed_entries(
        path: &'static str,
        indexes: &'static str,
        key: &'static str,
        data: &'static str,
        index: &'static str,
        tensor: &'static str,
    ) -> Self {
        Self { path, kind: Kind::IndexedEntries(Indexed { indexes, key, data, index, tensor }) }
    }
}

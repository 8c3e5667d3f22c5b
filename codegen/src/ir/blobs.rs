//! How bytes and tensors travel beside the JSON.

/// How bytes or tensors of a field travel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Blob {
    /// One blob.
    Bytes,
    /// One tensor.
    Tensor,
    /// One blob of zero or more tensors, back to back.
    Tensors,
    /// Dataset entries of a request.
    Entries,
    /// Bytes by name; the names stay in the JSON.
    Keyed {
        /// The key that lists the names.
        names: String,
        /// Other keys that a reader accepts in its place.
        aliases: Vec<String>,
        /// Whether that key is at the root, rather than beside the property.
        at_root: bool,
    },
    /// Dataset entries of a response.
    IndexedEntries {
        /// The key that lists the indexes.
        indexes: String,
    },
}

/// A blob rule at its place in the params or the result of a method.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlobRule {
    /// Members from the root; `[]` means every element, `<tag=value>` a variant.
    pub path: String,
    /// What is detached there.
    pub kind: BlobKind,
}

/// What is detached from the JSON at the path of a [`BlobRule`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BlobKind {
    /// One blob.
    Bytes,
    /// One tensor.
    Tensor,
    /// One blob of zero or more tensors, back to back.
    Tensors {
        /// The member beside that has the name of the item, if they are in the items of a request's array.
        name: Option<String>,
    },
    /// Bytes by name; the names stay in the JSON.
    Keyed {
        /// The key that lists the names.
        names: String,
        /// Other keys that a reader accepts in its place.
        aliases: Vec<String>,
        /// Whether that key is at the root, rather than beside the property.
        at_root: bool,
        /// The member with the name.
        key: String,
        /// The member with the content.
        data: String,
    },
    /// Dataset entries of a request.
    Entries {
        /// The member with the name.
        key: String,
        /// The member with the content.
        data: String,
    },
    /// Dataset entries of a response.
    IndexedEntries {
        /// The key that lists the indexes.
        indexes: String,
        /// The member with the name.
        key: String,
        /// The member with the content.
        data: String,
        /// The member with the index.
        index: String,
        /// The member with the tensor.
        tensor: String,
    },
}

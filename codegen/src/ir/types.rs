//! Named types, and types as they are used.

use std::collections::BTreeSet;

use serde_json::Value;

use super::blobs::Blob;
use crate::source::Location;

/// Index of a named type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TypeId(pub usize);

/// A type as it is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    /// Text, or a string of JSON.
    String,
    /// True or false.
    Boolean,
    /// 32 bits, signed.
    Int32,
    /// 64 bits, signed.
    Int64,
    /// 32 bits, unsigned.
    Uint32,
    /// 64 bits, unsigned.
    Uint64,
    /// 32 bits, floating point.
    Float,
    /// 64 bits, floating point.
    Double,
    /// Bytes that travel in a blob.
    Binary,
    /// Bytes that travel as base64 text.
    Base64,
    /// One tensor.
    Tensor,
    /// A list.
    List(Box<Type>),
    /// A type with a name.
    Named(TypeId),
}

/// A type with a name.
#[derive(Clone, Debug)]
pub struct TypeDef {
    /// UpperCamelCase name, prefix included.
    pub name: String,
    /// What it means.
    pub description: Option<String>,
    /// The revision that added it, if the definition says.
    pub since: Option<String>,
    /// Whether it should not be used any more.
    pub deprecated: Option<Deprecated>,
    /// Where it belongs.
    pub owner: Owner,
    /// What it is.
    pub kind: TypeKind,
    /// Where it is in the definition.
    pub at: Location,
    /// Services whose methods or events reach the type.
    pub services: BTreeSet<usize>,
    /// Whether requests hold it.
    pub sent: bool,
    /// Whether responses or events hold it.
    pub received: bool,
    /// Whether it is used by itself, and writes its own constant.
    pub standalone: bool,
    /// Whether it is a variant of a tagged union, which writes the tag for it.
    pub variant: bool,
    /// Whether it serves as a variant with a tag and no other property, for which no type is emitted.
    pub bare: bool,
    /// Whether it is a reason, or a part of one, and has a text.
    pub is_reason: bool,
    /// Whether it is the params or the result of a method, or the params of an event.
    pub root: bool,
    /// Whether it travels in another form than its derives write, as it holds bytes or tensors.
    pub has_wire_form: bool,
    /// The key at this root that lists the names of blobs which belong deeper.
    pub root_names: Option<RootNames>,
    /// The parts that it travels in as an item of lists.
    pub list_items: Vec<ListItem>,
}

/// The key at a root that lists the names of blobs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RootNames {
    /// The key.
    pub key: String,
    /// Other keys that a reader accepts in its place.
    pub aliases: Vec<String>,
}

impl TypeDef {
    /// The replacement of a type with a mistake.
    pub(crate) fn nothing() -> Self {
        Self {
            name: String::new(),
            description: None,
            since: None,
            deprecated: None,
            owner: Owner::Errors,
            kind: TypeKind::Object(Object::default()),
            at: Location::default(),
            services: BTreeSet::new(),
            sent: false,
            received: false,
            standalone: false,
            variant: false,
            bare: false,
            is_reason: false,
            root: false,
            has_wire_form: false,
            root_names: None,
            list_items: Vec::new(),
        }
    }
}

impl TypeKind {
    /// The types of its fields or variants.
    pub fn members(&self) -> Vec<&Type> {
        match self {
            Self::Object(object) => object.fields.iter().map(|field| &field.ty).collect(),
            Self::Union(union) => union.variants.iter().filter_map(|variant| variant.payload.as_ref()).collect(),
            Self::Enum(_) => Vec::new(),
        }
    }
}

/// Where a named type belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// An entry of `$defs`, or inline in that entry.
    Shared(TypeId),
    /// Inline in an error's fields.
    Errors,
    /// Inline in a method: service and method.
    Method(usize, usize),
    /// Inline in an event: service and event.
    Event(usize, usize),
}

/// What a named type is.
#[derive(Clone, Debug)]
pub enum TypeKind {
    /// An object.
    Object(Object),
    /// An open set of strings.
    Enum(StringEnum),
    /// One of several alternatives.
    Union(Union),
}

/// An object with known members.
#[derive(Clone, Debug, Default)]
pub struct Object {
    /// Its members, in the order of the definition.
    pub fields: Vec<Field>,
    /// A member with one fixed value, which is not a field.
    pub constant: Option<(String, String)>,
    /// The member that says why something failed, if the object is an error.
    pub reason: Option<String>,
}

impl Object {
    /// The field of that name on the wire.
    pub fn field(&self, wire: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.wire == wire)
    }
}

/// A member of an object.
#[derive(Clone, Debug)]
pub struct Field {
    /// Name on the wire.
    pub wire: String,
    /// Other spellings that a reader accepts.
    pub aliases: Vec<String>,
    /// Name that replaces the wire's in generated code.
    pub identifier: Option<String>,
    /// What it means.
    pub description: Option<String>,
    /// The revision that added it, if the definition says.
    pub since: Option<String>,
    /// Whether it should not be used any more.
    pub deprecated: Option<Deprecated>,
    /// Its type.
    pub ty: Type,
    /// Whether it is always present.
    pub required: bool,
    /// Whether the value must be boxed for the type to have a size.
    pub boxed: bool,
    /// What the server uses when it is absent; of a required field, the value that constructors give it.
    pub absent: Option<Absent>,
    /// A value for examples.
    pub example: Option<Value>,
    /// Whether bytes may be given as text.
    pub accepts_text: bool,
    /// How its bytes or tensors travel.
    pub blob: Option<Blob>,
    /// The member that identifies the items of the list.
    pub item_name: Option<String>,
    /// How the API's reference declares it, where that is wrong.
    pub declared: Option<Declared>,
    /// Where it is in the definition.
    pub at: Location,
}

impl Field {
    /// Whether constructors take it as an argument. Other fields are optional or have a default, and get a setter.
    pub fn is_argument(&self) -> bool {
        self.required && self.absent.is_none()
    }

    /// The type of the items, if the field is a list that the API's reference declares as one of them.
    pub fn declared_item(&self) -> Option<&Type> {
        match (self.declared.as_ref()?.how, &self.ty) {
            (DeclaredAs::Item, Type::List(items)) => Some(items),
            _ => None,
        }
    }
}

/// The value that the server uses when a property is absent.
#[derive(Clone, Debug, PartialEq)]
pub enum Absent {
    /// This value.
    Literal(Value),
    /// What these words say.
    Described(String),
}

/// What the API's reference declares in place of what the definition says.
#[derive(Clone, Debug)]
pub struct Declared {
    /// How it differs.
    pub how: DeclaredAs,
    /// Why it is wrong.
    pub why: String,
}

/// How a declaration differs from the definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeclaredAs {
    /// Always present, where it may be absent.
    Required,
    /// One item, where it is a list of them.
    Item,
    /// Not at all.
    Absent,
}

/// An open set of strings.
#[derive(Clone, Debug)]
pub struct StringEnum {
    /// The known values.
    pub values: Vec<EnumValue>,
}

/// A known string of an open set.
#[derive(Clone, Debug)]
pub struct EnumValue {
    /// Name on the wire.
    pub wire: String,
    /// Name that replaces the wire's in generated code.
    pub identifier: Option<String>,
    /// What it means.
    pub description: Option<String>,
    /// The revision that added it, if the definition says.
    pub since: Option<String>,
    /// Where it is in the definition.
    pub at: Location,
}

/// One of several alternatives.
#[derive(Clone, Debug)]
pub struct Union {
    /// How they are distinguished.
    pub style: UnionStyle,
    /// They themselves.
    pub variants: Vec<Variant>,
    /// Which one is a success, and which one a failure, if it is an outcome.
    pub outcome: Option<Outcome>,
}

/// The alternatives of a union that is an outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The key of a success.
    pub ok: String,
    /// The key of a failure.
    pub error: String,
    /// Where it is in the definition.
    pub at: Location,
}

/// How the alternatives of a union are distinguished.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UnionStyle {
    /// By a string member; open.
    Tagged {
        /// The member with the tag.
        property: String,
    },
    /// By which key is present; exactly one is.
    Keyed,
    /// By their JSON type.
    Kinded,
}

/// An alternative of a union.
#[derive(Clone, Debug)]
pub struct Variant {
    /// The tag, the key, or for kinds the title.
    pub wire: String,
    /// Other spellings of the key that a reader accepts.
    pub aliases: Vec<String>,
    /// Name that replaces the wire's in generated code.
    pub identifier: Option<String>,
    /// What it means.
    pub description: Option<String>,
    /// The revision that added it, if the definition says.
    pub since: Option<String>,
    /// What it holds; nothing when there is only the tag.
    pub payload: Option<Type>,
    /// Whether it must be boxed for the type to have a size.
    pub boxed: bool,
    /// The JSON type of its values.
    pub kind: JsonKind,
    /// That the API's reference leaves it out, if so.
    pub declared: Option<Declared>,
    /// Where it is in the definition.
    pub at: Location,
}

/// A kind of JSON value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JsonKind {
    /// A list.
    Array,
    /// An object.
    Object,
    /// Text, or a string of JSON.
    String,
    /// A number.
    Number,
    /// True or false.
    Boolean,
}

/// A deprecation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deprecated {
    /// The revision that deprecated it.
    pub since: String,
    /// What to use instead.
    pub instead: String,
}

/// The parts that an item of a list travels in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListItem {
    /// A name in the JSON, and bytes in a blob.
    KeyedBlob {
        /// The member with the name.
        key: String,
        /// The member with the bytes.
        data: String,
    },
    /// A name in the JSON, and tensors in a blob each.
    TensorColumn {
        /// The member with the name.
        key: String,
        /// The member with the tensors.
        data: String,
    },
    /// The same with an index for each tensor.
    IndexedColumn {
        /// The member with the name.
        key: String,
        /// The member with the cells.
        data: String,
        /// The type of the cells.
        cell: TypeId,
    },
    /// An index in the JSON, and a tensor in a blob.
    IndexedTensor {
        /// The member with the index.
        index: String,
        /// The member with the tensor.
        tensor: String,
    },
}

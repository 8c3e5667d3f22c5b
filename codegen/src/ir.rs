//! The resolved, language-neutral model of an API: references followed, names settled, rules checked.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::source::Location;

/// An API, ready to be emitted.
#[derive(Clone, Debug)]
pub struct Api {
    /// The API's name.
    pub title: String,
    /// The revision of the API that is described.
    pub revision: Option<String>,
    /// What it is or does.
    pub description: String,
    /// Prefix of type names that namespaces make needless; may be empty.
    pub type_prefix: String,
    /// Base URL over HTTP.
    pub http: Option<String>,
    /// URL of the WebSocket.
    pub websocket: Option<String>,
    /// The client for TypeScript: its package, and the class there.
    pub typescript_client: Option<(String, String)>,
    /// Every named type; [`TypeId`] is the index.
    pub types: Vec<TypeDef>,
    /// Shapes of error codes; [`Method::errors`] holds indexes.
    pub errors: Vec<ErrorShape>,
    /// The services, in the order of the definition.
    pub services: Vec<Service>,
}

impl Api {
    /// The named type behind an id.
    pub fn get(&self, id: TypeId) -> Option<&TypeDef> {
        self.types.get(id.0)
    }

    /// The errors of a method, its own first.
    pub fn errors_of<'a>(&'a self, method: &'a Method) -> impl Iterator<Item = &'a ErrorShape> {
        method.errors.iter().filter_map(|index| self.errors.get(*index))
    }

    /// The object behind a type, if it is one.
    pub fn object(&self, ty: &Type) -> Option<&Object> {
        match ty {
            Type::Named(id) => match &self.get(*id)?.kind {
                TypeKind::Object(object) => Some(object),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether a type travels in another form than its derives write, as it holds bytes or tensors.
    pub fn has_wire_form(&self, ty: &Type) -> bool {
        match ty {
            Type::Base64 => true,
            Type::List(items) => self.has_wire_form(items),
            Type::Named(id) => self.get(*id).is_some_and(|definition| definition.has_wire_form),
            _ => false,
        }
    }

    /// The union behind a type, if it is one.
    pub fn union(&self, ty: &Type) -> Option<&Union> {
        match ty {
            Type::Named(id) => match &self.get(*id)?.kind {
                TypeKind::Union(union) => Some(union),
                _ => None,
            },
            _ => None,
        }
    }
}

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
    /// Whether it is the params or the result of a method, or the params of an event.
    pub root: bool,
    /// Whether it travels in another form than its derives write, as it holds bytes or tensors.
    pub has_wire_form: bool,
    /// The key at this root that lists the names of blobs which belong deeper.
    pub root_names: Option<String>,
    /// The parts that it travels in as an item of lists.
    pub list_items: Vec<ListItem>,
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
    /// What the server uses when it is absent.
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
        /// Whether that key is at the root, rather than beside the property.
        at_root: bool,
    },
    /// Dataset entries of a response.
    IndexedEntries {
        /// The key that lists the indexes.
        indexes: String,
    },
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

/// An error code with its fields.
#[derive(Clone, Debug)]
pub struct ErrorShape {
    /// Name of the entry in the definition.
    pub name: String,
    /// The code on the wire.
    pub code: String,
    /// What it is or does.
    pub description: String,
    /// The revision that added it, if the definition says.
    pub since: Option<String>,
    /// Whether the same call may succeed later.
    pub retryable: bool,
    /// The object of its fields, if it has any.
    pub fields: Option<Type>,
}

/// A group of methods.
#[derive(Clone, Debug)]
pub struct Service {
    /// Name on the wire.
    pub wire: String,
    /// What it is or does.
    pub description: String,
    /// The revision that added it, if the definition says.
    pub since: Option<String>,
    /// Its methods.
    pub methods: Vec<Method>,
    /// Its events.
    pub events: Vec<Event>,
    /// Where it is in the definition.
    pub at: Location,
}

/// A remote procedure.
#[derive(Clone, Debug)]
pub struct Method {
    /// Name on the wire.
    pub wire: String,
    /// Name that replaces the wire's in generated code.
    pub identifier: Option<String>,
    /// What it is or does.
    pub description: String,
    /// The revision that added it, if the definition says.
    pub since: Option<String>,
    /// Whether it should not be used any more.
    pub deprecated: Option<Deprecated>,
    /// The object of the parameters.
    pub params: Type,
    /// The object, or keyed union, of the result.
    pub result: Type,
    /// Indexes into [`Api::errors`], in the order of the definition: own codes first.
    pub errors: Vec<usize>,
    /// Codes among them that the API's reference leaves out, and why they are here.
    pub undeclared_errors: Vec<(String, String)>,
    /// How it travels.
    pub transport: Transport,
    /// What it does to a subscription.
    pub subscription: Option<Subscription>,
    /// Whether it may safely be repeated.
    pub idempotent: bool,
    /// How long it may take, where that is longer than usual.
    pub deadline_seconds: Option<u32>,
    /// How a long list is paginated.
    pub paging: Option<Paging>,
    /// How to follow what it starts.
    pub waiter: Option<Waiter>,
    /// Blobs of its request, in order.
    pub request_blobs: Vec<BlobRule>,
    /// Blobs of its response, in order.
    pub response_blobs: Vec<BlobRule>,
    /// Where it is in the definition.
    pub at: Location,
}

/// How a call travels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Transport {
    /// A POST of its own.
    Http,
    /// On the WebSocket.
    WebSocket,
    /// On the WebSocket unless a parameter has that value.
    WebSocketUnless {
        /// The boolean parameter that decides.
        param: String,
        /// Its value that sends the call over HTTP.
        equals: bool,
    },
    /// On an open WebSocket; fails with the error otherwise.
    OpenWebSocketElse {
        /// Index of the error.
        error: usize,
    },
}

/// What a call does to a subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// Whether events start; they end otherwise.
    pub opens: bool,
    /// Whether the id is in the result; in the params otherwise.
    pub in_result: bool,
    /// Name of the field with the id.
    pub field: String,
}

/// How to follow what a call starts, and how to stop it. Methods are indexes into the same service's.
#[derive(Clone, Debug)]
pub struct Waiter {
    /// The method to poll.
    pub method: usize,
    /// Parameters of that method and the others, and where they come from.
    pub ids: Vec<WaiterId>,
    /// Path to the union with the state; empty when it is the result itself.
    pub path: Vec<String>,
    /// The variant of work that succeeded.
    pub done: String,
    /// The variant of work that failed.
    pub failed: String,
    /// The error code of work that had already finished.
    pub already_finished: Option<String>,
    /// The method that stops the work.
    pub cancel: Option<usize>,
    /// How metrics are fetched.
    pub metrics: Option<Metrics>,
}

/// A parameter of the methods that follow work.
#[derive(Clone, Debug)]
pub struct WaiterId {
    /// The parameter.
    pub param: String,
    /// Whether it is in the result of the call that starts the work; in its params otherwise.
    pub in_result: bool,
    /// Name of the field there.
    pub field: String,
}

/// How metrics are fetched.
#[derive(Clone, Debug)]
pub struct Metrics {
    /// The method that fetches values.
    pub method: usize,
    /// The list of counts, of ranges and of values, with one item a metric.
    pub list: String,
    /// The member of an item with the metric's name.
    pub name: String,
    /// The member with the index of the first value.
    pub start: String,
    /// The member with the number of values.
    pub amount: String,
    /// The member with the values.
    pub values: String,
}

/// How a long list is paginated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paging {
    /// The list of the result that is a page.
    pub items: String,
    /// The number of items before the page, in the params and in the result.
    pub offset: String,
    /// The largest number of items of a page, in the params.
    pub limit: String,
    /// The number of all items, in the result.
    pub total: String,
}

/// A message that the server sends on its own.
#[derive(Clone, Debug)]
pub struct Event {
    /// Name on the wire.
    pub wire: String,
    /// What it is or does.
    pub description: String,
    /// The revision that added it, if the definition says.
    pub since: Option<String>,
    /// The object of the parameters.
    pub params: Type,
    /// The parameter with the subscription's id.
    pub id: String,
    /// Whether it is the subscription's last.
    pub ends: bool,
    /// Its blobs, in order.
    pub blobs: Vec<BlobRule>,
    /// Where it is in the definition.
    pub at: Location,
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

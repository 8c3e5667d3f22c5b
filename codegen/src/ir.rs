//! The resolved, language-neutral model of an API: references followed, names settled, rules checked.

pub mod blobs;
pub mod info;
pub mod types;

pub use blobs::*;
pub use info::*;
pub use types::*;

use crate::source::Location;

/// An API, ready to be emitted.
#[derive(Clone, Debug)]
pub struct Api {
    /// The API's name.
    pub title: String,
    /// What documents about the API say of it as a whole.
    pub info: Info,
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
    /// Prefix of the environment variables that configure clients.
    pub environment: String,
    /// The client for TypeScript: its package, and the class there.
    pub typescript_client: Option<(String, String)>,
    /// Every named type; [`TypeId`] is the index.
    pub types: Vec<TypeDef>,
    /// Shapes of error codes; [`Method::errors`] holds indexes.
    pub errors: Vec<ErrorShape>,
    /// Sets of errors that are a type of their own; [`Method::error_sets`] holds indexes.
    pub error_sets: Vec<ErrorSet>,
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

/// The first sentence of a text.
pub fn first_sentence(text: &str) -> &str {
    let line = text.lines().next().unwrap_or_default();
    match line.split_once(". ") {
        // The full stop is one byte.
        Some((sentence, _)) => line.get(..sentence.len().saturating_add(1)).unwrap_or(line),
        None => line,
    }
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
    /// The fields for the path and the reason, if servers reject requests with it that they cannot read.
    pub invalid_request: Option<(String, String)>,
    /// The object of its fields, if it has any.
    pub fields: Option<Type>,
}

/// A set of errors that is a type of its own.
#[derive(Clone, Debug)]
pub struct ErrorSet {
    /// Name of the entry in the definition.
    pub name: String,
    /// What the codes have in common.
    pub description: String,
    /// Indexes into [`Api::errors`].
    pub errors: Vec<usize>,
    /// Where it is in the definition.
    pub at: Location,
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
    /// The later revision that has the method in another form, or not at all.
    pub until: Option<String>,
    /// Whether it should not be used any more.
    pub deprecated: Option<Deprecated>,
    /// The object of the parameters.
    pub params: Type,
    /// The object, or keyed union, of the result.
    pub result: Type,
    /// Indexes into [`Api::errors`], in the order of the definition: own codes first.
    pub errors: Vec<usize>,
    /// Indexes into [`Api::error_sets`]: the sets among them that are types of their own.
    pub error_sets: Vec<usize>,
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

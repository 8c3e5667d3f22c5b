//! The options of a method, made from the description of its parameters.

use clap::builder::{PossibleValue, StringValueParser, TypedValueParser};
use clap::{Arg, ArgAction};
use decthings::runtime::DynamicOperation;
use decthings::runtime::describe::{FieldInfo, TypeKind, ValueInfo, ValueType};

use super::names::kebab;

/// How deep members of parameters have options of their own. Types can hold themselves.
const MAX_DEPTH: usize = 4;

/// The program's own options. A parameter of such a name has another option, which begins with `param.`.
const OWN: [&str; 19] = [
    "all",
    "api-key-file",
    "detach",
    "dry-run",
    "follow",
    "help",
    "input",
    "output",
    "profile",
    "query",
    "quiet",
    "revision",
    "save",
    "stdio",
    "timeout",
    "url",
    "version",
    "watch",
    "ws-url",
];

/// A parameter of a method, or a member of one, with an option of its own.
#[derive(Clone)]
pub(crate) struct Parameter {
    /// The names on the wire, from the outside in.
    pub(crate) path: Vec<&'static str>,
    pub(crate) ty: ValueType,
    docs: &'static str,
    required: bool,
    /// The values that are known, if it is text of which some are.
    values: Vec<ValueInfo>,
    /// The ids of the options of its members, which may be given in its place.
    members: Vec<String>,
}

/// The parameters of a method, each followed by its members.
pub(crate) fn parameters(operation: &DynamicOperation) -> Vec<Parameter> {
    let mut all = Vec::new();
    operation.params().iter().for_each(|field| add(field, &[], &mut all));
    all
}

fn add(field: &FieldInfo, outer: &[&'static str], all: &mut Vec<Parameter>) {
    let path: Vec<&'static str> = outer.iter().copied().chain([field.name]).collect();
    let parameter = Parameter {
        path: path.clone(),
        ty: field.ty,
        docs: field.docs,
        required: field.required && outer.is_empty(),
        values: values(field.ty).to_vec(),
        members: Vec::new(),
    };
    // A member that two alternatives have is one option.
    if all.iter().any(|other| other.path == path) {
        return;
    }
    let index = all.len();
    all.push(parameter);
    if path.len() < MAX_DEPTH {
        let (tag, members) = members(field.ty);
        let tag_index = all.len();
        tag.iter().for_each(|(tag, _)| add(tag, &path, all));
        if let (Some((_, names)), Some(parameter)) = (tag, all.get_mut(tag_index)) {
            parameter.values = names;
        }
        members.iter().for_each(|member| add(member, &path, all));
    }
    let inner = all.iter().skip(index.saturating_add(1)).map(Parameter::id).collect();
    if let Some(parameter) = all.get_mut(index) {
        parameter.members = inner;
    }
}

/// The tag of a union, with the names of its alternatives.
type Tag = Option<(FieldInfo, Vec<ValueInfo>)>;

/// The members that have options: those of an object, and those of all alternatives of a union of objects.
fn members(ty: ValueType) -> (Tag, Vec<FieldInfo>) {
    let ValueType::Named(describe) = ty else { return (None, Vec::new()) };
    let field = |name, docs, ty| FieldInfo { name, aliases: &[], docs, required: false, ty };
    match describe().kind {
        TypeKind::Object(fields) => (None, fields.to_vec()),
        TypeKind::Tagged { tag, variants } => {
            let names = variants.iter().map(|variant| ValueInfo { name: variant.name, docs: variant.docs }).collect();
            let fields = variants.iter().filter_map(|variant| variant.ty).flat_map(|ty| members(ty).1).collect();
            (Some((field(tag, "Which of the alternatives it is.", ValueType::String), names)), fields)
        }
        TypeKind::Keyed(variants) => {
            let with_content = variants.iter().filter_map(|variant| Some((variant, variant.ty?)));
            (None, with_content.map(|(variant, ty)| field(variant.name, variant.docs, ty)).collect())
        }
        _ => (None, Vec::new()),
    }
}

impl Parameter {
    /// The id of its option, which is also its path in messages.
    pub(crate) fn id(&self) -> String {
        self.path.join(".")
    }

    /// The name of its option, such as `execution-location.spec.cpus`.
    pub(crate) fn long(&self) -> String {
        let name = self.path.iter().map(|name| kebab(name)).collect::<Vec<_>>().join(".");
        if OWN.contains(&name.as_str()) { format!("param.{name}") } else { name }
    }

    /// Its option.
    pub(crate) fn arg(&self) -> Arg {
        let is_member = self.path.len() > 1;
        let arg = Arg::new(self.id())
            .long(self.long())
            .value_name(value_name(self.ty))
            .action(ArgAction::Append)
            .help(if self.required { format!("{} [required]", self.docs) } else { self.docs.to_owned() })
            .help_heading(if is_member { "Members of parameters" } else { "Parameters" })
            .allow_negative_numbers(true)
            .hide_short_help(is_member);
        let arg = match (self.ty, self.values.as_slice()) {
            (ValueType::Boolean, _) => {
                let known = [PossibleValue::new("true"), PossibleValue::new("false")];
                arg.num_args(0..=1).default_missing_value("true").value_parser(known).hide_possible_values(true)
            }
            // Without a value, the list is empty.
            (ValueType::List(_), []) => arg.num_args(0..=1),
            (_, values) if !values.is_empty() => arg.value_parser(Known(values.to_vec())),
            _ => arg,
        };
        if self.required {
            let others = self.members.iter().cloned().chain(["input".to_owned()]);
            arg.required_unless_present_any(others.map(clap::Id::from))
        } else {
            arg
        }
    }
}

/// What stands for the value in help.
fn value_name(ty: ValueType) -> &'static str {
    match ty {
        ValueType::String => "TEXT",
        ValueType::Constant(text) => text,
        ValueType::Boolean => "BOOL",
        ValueType::Int32 | ValueType::Int64 | ValueType::Uint32 | ValueType::Uint64 => "INT",
        ValueType::Float | ValueType::Double => "NUMBER",
        ValueType::Bytes => "TEXT|@FILE",
        ValueType::Tensor => "TENSOR|@FILE",
        ValueType::List(items) => match *items {
            ValueType::Named(describe) if super::super::request::pair(describe()).is_some() => "NAME=VALUE",
            other => value_name(other),
        },
        ValueType::Named(describe) => match describe().kind {
            TypeKind::Enum(_) => "NAME",
            _ => "JSON|@FILE",
        },
        _ => "VALUE",
    }
}

/// The known values of an enum, also of the items of a list.
fn values(ty: ValueType) -> &'static [ValueInfo] {
    match ty {
        ValueType::List(items) => values(*items),
        ValueType::Named(describe) => match describe().kind {
            TypeKind::Enum(values) => values,
            _ => &[],
        },
        _ => &[],
    }
}

/// Reads a string of which some values are known. Others are accepted: the service may know more.
#[derive(Clone)]
struct Known(Vec<ValueInfo>);

impl TypedValueParser for Known {
    type Value = String;

    fn parse_ref(
        &self,
        command: &clap::Command,
        arg: Option<&Arg>,
        value: &std::ffi::OsStr,
    ) -> Result<String, clap::Error> {
        StringValueParser::new().parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(self.0.iter().map(|value| PossibleValue::new(value.name).help(value.docs))))
    }
}

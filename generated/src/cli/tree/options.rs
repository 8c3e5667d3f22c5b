//! The options of a method, made from the description of its parameters.

use clap::builder::{PossibleValue, StringValueParser, TypedValueParser};
use clap::{Arg, ArgAction};
use decthings::runtime::DynamicOperation;
use decthings::runtime::describe::{FieldInfo, TypeKind, ValueInfo, ValueType};

use super::names::kebab;

/// How deep members of parameters have options of their own. Types can hold themselves.
const MAX_DEPTH: usize = 4;

/// A parameter of a method, or a member of one, with an option of its own.
#[derive(Clone)]
pub(crate) struct Parameter {
    /// The names on the wire, from the outside in.
    pub(crate) path: Vec<&'static str>,
    pub(crate) ty: ValueType,
    docs: &'static str,
    required: bool,
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
        members: Vec::new(),
    };
    // A member that two alternatives have is one option.
    if all.iter().any(|other| other.path == path) {
        return;
    }
    let index = all.len();
    all.push(parameter);
    if path.len() < MAX_DEPTH {
        members(field.ty).iter().for_each(|member| add(member, &path, all));
    }
    let inner = all.iter().skip(index.saturating_add(1)).map(Parameter::id).collect();
    if let Some(parameter) = all.get_mut(index) {
        parameter.members = inner;
    }
}

/// The members that have options: those of an object, and those of all alternatives of a union of objects.
fn members(ty: ValueType) -> Vec<FieldInfo> {
    let ValueType::Named(describe) = ty else { return Vec::new() };
    match describe().kind {
        TypeKind::Object(fields) => fields.to_vec(),
        TypeKind::Tagged { tag, variants } => {
            let docs = describe().docs;
            let tag = FieldInfo { name: tag, aliases: &[], docs, required: true, ty: ValueType::String };
            let fields = variants.iter().filter_map(|variant| variant.ty).flat_map(members);
            [tag].into_iter().chain(fields).collect()
        }
        TypeKind::Keyed(variants) => {
            let with_content = variants.iter().filter_map(|variant| Some((variant, variant.ty?)));
            let field = with_content.map(|(variant, ty)| FieldInfo {
                name: variant.name,
                aliases: &[],
                docs: variant.docs,
                required: false,
                ty,
            });
            field.collect()
        }
        _ => Vec::new(),
    }
}

impl Parameter {
    /// The id of its option, which is also its path in messages.
    pub(crate) fn id(&self) -> String {
        self.path.join(".")
    }

    /// The name of its option, such as `execution-location.spec.cpus`.
    pub(crate) fn long(&self) -> String {
        self.path.iter().map(|name| kebab(name)).collect::<Vec<_>>().join(".")
    }

    /// Its option.
    pub(crate) fn arg(&self) -> Arg {
        let is_member = self.path.len() > 1;
        let arg = Arg::new(self.id())
            .long(self.long())
            .value_name(value_name(self.ty))
            .action(ArgAction::Append)
            .help(self.docs)
            .help_heading(if is_member { "Members of parameters" } else { "Parameters" })
            .allow_negative_numbers(true)
            .hide_short_help(is_member);
        let arg = match (self.ty, values(self.ty)) {
            (ValueType::Boolean, _) => {
                let known = [PossibleValue::new("true"), PossibleValue::new("false")];
                arg.num_args(0..=1).default_missing_value("true").value_parser(known).hide_possible_values(true)
            }
            // Without a value, the list is empty.
            (ValueType::List(_), []) => arg.num_args(0..=1),
            (_, values) if !values.is_empty() => arg.value_parser(Known(values)),
            _ => arg,
        };
        if self.required {
            let others = self.members.iter().cloned().chain(["input".to_owned()]).filter(|_| !is_member);
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
struct Known(&'static [ValueInfo]);

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

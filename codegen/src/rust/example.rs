//! Compiled examples, made of the definition's own example values.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::context::Context;
use super::docs;
use crate::ir::types::{Field, Object, Owner, Type, TypeDef, TypeId, TypeKind, Union, UnionStyle, Variant};
use crate::ir::{Method, Service};
use crate::naming::{self, case};

/// A doc test that makes the call with what is required.
pub(super) fn call(cx: &Context<'_>, service: &Service, method: &Method) -> String {
    let client = match &cx.base {
        Some(_) => format!("{}::Services", cx.module_in_examples()),
        None if cx.at_home() => format!("{}::Client", cx.options.crate_name),
        None => format!("{}::Client", cx.module_in_examples()),
    };
    let body = body(cx, service, method);
    format!(
        "```no_run\n# async fn example(client: {client}) -> Result<(), Box<dyn std::error::Error>> {{\n{body}# Ok(())\n# }}\n```\n"
    )
}

/// What the doc test shows.
pub(super) fn body(cx: &Context<'_>, service: &Service, method: &Method) -> String {
    let mut example = Example { cx, service, imports: BTreeMap::new(), within: Vec::new() };
    let nothing = Object::default();
    let object = cx.api.object(&method.params).unwrap_or(&nothing);
    let arguments = example.arguments(object).unwrap_or_default();
    let client = naming::ident(&naming::service_module(service));
    let function = naming::ident(&cx.method_name(method));
    let list = arguments.join(", ");
    let is_empty = cx.api.object(&method.result).is_some_and(|object| object.fields.is_empty());
    let binding = if is_empty { "" } else { "let result = " };
    let is_outcome = cx.api.union(&method.result).is_some_and(|union| union.outcome.is_some());
    let end = if is_outcome { ".await?.into_result()?;\n" } else { ".await?;\n" };
    let line = format!("{binding}client.{client}().{function}({list}){end}");
    let call = if line.chars().count() <= docs::width(1) {
        line
    } else if list.chars().count().saturating_add(function.to_string().len()) < docs::width(2) {
        format!("{binding}client\n    .{client}()\n    .{function}({list})\n    {end}")
    } else {
        let lines: String = arguments.iter().map(|argument| format!("        {argument},\n")).collect();
        format!("{binding}client\n    .{client}()\n    .{function}(\n{lines}    )\n    {end}")
    };
    let print = match cx.api.object(&method.result).and_then(|object| object.fields.first()) {
        Some(field)
            if field.required && matches!(field.ty, Type::String | Type::Boolean | Type::Uint32 | Type::Uint64) =>
        {
            format!("println!(\"{{}}\", result.{});\n", naming::ident(&naming::field_name(field)))
        }
        _ if is_empty => String::new(),
        _ => "println!(\"{result:?}\");\n".to_owned(),
    };
    let imports: String = example.imports.iter().map(|(path, names)| import(path, names)).collect();
    let gap = if imports.is_empty() { "" } else { "\n" };
    format!("{imports}{gap}{call}{print}")
}

fn import(path: &str, names: &BTreeSet<String>) -> String {
    let list: Vec<&str> = names.iter().map(String::as_str).collect();
    match list.as_slice() {
        [name] => format!("use {path}::{name};\n"),
        names => format!("use {path}::{{{}}};\n", names.join(", ")),
    }
}

struct Example<'c, 'a> {
    cx: &'c Context<'a>,
    service: &'c Service,
    imports: BTreeMap<String, BTreeSet<String>>,
    /// The types that the expression being made is inside of; it does not go into one twice.
    within: Vec<TypeId>,
}

impl Example<'_, '_> {
    /// One argument for each required field; `None` when one of them leads back.
    fn arguments(&mut self, object: &Object) -> Option<Vec<String>> {
        object.fields.iter().filter(|field| field.is_argument()).map(|field| self.argument(field)).collect()
    }

    fn argument(&mut self, field: &Field) -> Option<String> {
        Some(match &field.ty {
            Type::String => self.text(field),
            Type::Binary | Type::Base64 => "b\"bytes\".as_slice()".to_owned(),
            Type::Tensor => "[0.5_f32, 1.5]".to_owned(),
            Type::List(items) => {
                if let Some(values) = field.example.as_ref().and_then(Value::as_array) {
                    let values: Vec<String> = values.iter().map(|value| scalar(value, items)).collect();
                    return Some(format!("[{}]", values.join(", ")));
                }
                match **items {
                    Type::Tensor => "[[0.5_f32, 1.5], [2.5, 3.5]]".to_owned(),
                    Type::String => format!("[{}]", self.text(field)),
                    // A list that leads back is left empty.
                    _ => format!("[{}]", self.value(items, None).unwrap_or_default()),
                }
            }
            ty => match self.content(ty) {
                // The argument takes the content of a variant as well as the union.
                Some(content) => self.value(&content, None)?,
                None => self.value(ty, field.example.as_ref())?,
            },
        })
    }

    /// What the example's variant of a union by JSON type holds, where only that variant holds it.
    fn content(&self, ty: &Type) -> Option<Type> {
        let union = self.cx.api.union(ty).filter(|union| union.style == UnionStyle::Kinded)?;
        let content = union.variants.last()?.payload.as_ref()?;
        let holders = union.variants.iter().filter(|variant| variant.payload.as_ref() == Some(content));
        (holders.count() == 1).then(|| content.clone())
    }

    fn text(&self, field: &Field) -> String {
        match field.example.as_ref().and_then(Value::as_str) {
            Some(text) => format!("{text:?}"),
            None => format!("{:?}", case::kebab(&field.wire)),
        }
    }

    /// An expression of exactly that type; `None` when it would lead back to a type that it is inside of.
    fn value(&mut self, ty: &Type, example: Option<&Value>) -> Option<String> {
        Some(match ty {
            Type::String => match example.and_then(Value::as_str) {
                Some(text) => format!("{text:?}.to_owned()"),
                None => "\"text\".to_owned()".to_owned(),
            },
            Type::Boolean => example.and_then(Value::as_bool).unwrap_or(true).to_string(),
            Type::Int32 | Type::Int64 | Type::Uint32 | Type::Uint64 => {
                example.map_or_else(|| "1".to_owned(), Value::to_string)
            }
            Type::Float | Type::Double => format!("{:?}", example.and_then(Value::as_f64).unwrap_or(1.0)),
            Type::Binary => "b\"bytes\".as_slice().into()".to_owned(),
            Type::Base64 => "\"name\".into()".to_owned(),
            Type::Tensor => {
                self.import(self.cx.runtime_in_examples(), "Tensor");
                "Tensor::from([0.5_f32, 1.5])".to_owned()
            }
            Type::List(items) => format!("vec![{}]", self.value(items, None).unwrap_or_default()),
            Type::Named(id) => return self.named(*id),
        })
    }

    fn named(&mut self, id: TypeId) -> Option<String> {
        let definition = self.cx.api.get(id)?;
        if self.within.contains(&id) {
            return None;
        }
        let name = self.cx.type_ident(definition).to_string();
        self.within.push(id);
        let expression = match &definition.kind {
            TypeKind::Object(object) => {
                self.arguments(object).map(|arguments| format!("{name}::new({})", arguments.join(", ")))
            }
            TypeKind::Enum(set) => set
                .values
                .first()
                .map(|value| format!("{name}::{}", naming::variant(&value.wire, value.identifier.as_deref()))),
            TypeKind::Union(union) => {
                union.variants.iter().rev().find_map(|variant| self.variant(&name, union, variant))
            }
        };
        self.within.pop();
        // What an expression does not mention is not imported.
        if expression.is_some() {
            self.import_type(definition);
        }
        expression
    }

    fn variant(&mut self, name: &str, union: &Union, variant: &Variant) -> Option<String> {
        let ident = naming::union_variant(union, variant);
        let Some(payload) = &variant.payload else { return Some(format!("{name}::{ident}")) };
        let Some(object) = self.cx.api.object(payload).filter(|_| matches!(union.style, UnionStyle::Tagged { .. }))
        else {
            return self.value(payload, None).map(|content| format!("{name}::{ident}({content})"));
        };
        // The content is not spelled out: the union has a function that makes it.
        let function = naming::constructor(variant);
        self.arguments(object).map(|arguments| format!("{name}::{function}({})", arguments.join(", ")))
    }

    fn import_type(&mut self, definition: &TypeDef) {
        let root = self.cx.module_in_examples();
        let path = match definition.owner {
            Owner::Shared(_) => format!("{root}::types"),
            Owner::Errors => format!("{root}::errors"),
            Owner::Method(..) | Owner::Event(..) => {
                format!("{root}::{}", naming::ident(&naming::service_module(self.service)))
            }
        };
        let name = self.cx.type_ident(definition).to_string();
        self.import(path, &name);
    }

    fn import(&mut self, path: String, name: &str) {
        self.imports.entry(path).or_default().insert(name.to_owned());
    }
}

fn scalar(value: &Value, ty: &Type) -> String {
    match (value, ty) {
        (Value::String(text), _) => format!("{text:?}"),
        (Value::Number(number), Type::Float | Type::Double) => format!("{:?}", number.as_f64().unwrap_or_default()),
        (value, _) => value.to_string(),
    }
}

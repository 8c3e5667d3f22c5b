//! Compiled examples, made of the definition's own example values.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::context::Context;
use crate::ir::{Field, Method, Object, Owner, Service, Type, TypeDef, TypeId, TypeKind, Union, UnionStyle};
use crate::naming;

/// How deep examples go into types that contain themselves.
const DEPTH: usize = 8;

/// A doc test that makes the call with what is required.
pub(super) fn call(cx: &Context<'_>, service: &Service, method: &Method) -> String {
    let mut example = Example { cx, service, imports: BTreeMap::new() };
    let nothing = Object::default();
    let object = cx.api.object(&method.params).unwrap_or(&nothing);
    let arguments = example.arguments(object, DEPTH);
    let client = naming::snake(&service.wire);
    let function = naming::ident(&cx.method_name(method));
    let short = arguments.iter().map(String::len).sum::<usize>() < 60;
    let call = if short {
        format!("let result = client.{client}().{function}({}).await?;\n", arguments.join(", "))
    } else {
        let lines: String = arguments.iter().map(|argument| format!("        {argument},\n")).collect();
        format!("let result = client\n    .{client}()\n    .{function}(\n{lines}    )\n    .await?;\n")
    };
    let print = match cx.api.object(&method.result).and_then(|object| object.fields.first()) {
        Some(field)
            if field.required && matches!(field.ty, Type::String | Type::Boolean | Type::Uint32 | Type::Uint64) =>
        {
            format!("println!(\"{{}}\", result.{});\n", naming::ident(&naming::field_name(field)))
        }
        _ => "println!(\"{result:?}\");\n".to_owned(),
    };
    let imports: String = example.imports.iter().map(|(path, names)| import(path, names)).collect();
    let krate = &cx.options.crate_name;
    format!(
        "```no_run\n# async fn example(client: {krate}::Client) -> Result<(), Box<dyn std::error::Error>> {{\n{imports}{}{call}{print}# Ok(())\n# }}\n```\n",
        if imports.is_empty() { "" } else { "\n" }
    )
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
}

impl Example<'_, '_> {
    /// One argument for each required field.
    fn arguments(&mut self, object: &Object, depth: usize) -> Vec<String> {
        object.fields.iter().filter(|field| field.required).map(|field| self.argument(field, depth)).collect()
    }

    fn argument(&mut self, field: &Field, depth: usize) -> String {
        match &field.ty {
            Type::String => self.text(field),
            Type::Binary | Type::Base64 => "b\"bytes\".as_slice()".to_owned(),
            Type::Tensor => "[0.5_f32, 1.5]".to_owned(),
            Type::List(items) => {
                if let Some(values) = field.example.as_ref().and_then(Value::as_array) {
                    let values: Vec<String> = values.iter().map(|value| scalar(value, items)).collect();
                    return format!("[{}]", values.join(", "));
                }
                match **items {
                    Type::Tensor => "[[0.5_f32, 1.5], [2.5, 3.5]]".to_owned(),
                    Type::String => format!("[{}]", self.text(field)),
                    _ => format!("[{}]", self.value(items, None, depth)),
                }
            }
            ty => match self.content(ty) {
                // The argument takes the content of a variant as well as the union.
                Some(content) => self.value(&content, None, depth),
                None => self.value(ty, field.example.as_ref(), depth),
            },
        }
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
            None => format!("{:?}", naming::feature(&field.wire)),
        }
    }

    /// An expression of exactly that type.
    fn value(&mut self, ty: &Type, example: Option<&Value>, depth: usize) -> String {
        match ty {
            Type::String => example
                .and_then(Value::as_str)
                .map_or("\"text\".to_owned()".to_owned(), |text| format!("{text:?}.to_owned()")),
            Type::Boolean => example.and_then(Value::as_bool).unwrap_or(true).to_string(),
            Type::Int32 | Type::Int64 | Type::Uint32 | Type::Uint64 => {
                example.map_or_else(|| "1".to_owned(), Value::to_string)
            }
            Type::Float | Type::Double => format!("{:?}", example.and_then(Value::as_f64).unwrap_or(1.0)),
            Type::Binary => "b\"bytes\".as_slice().into()".to_owned(),
            Type::Base64 => "\"name\".into()".to_owned(),
            Type::Tensor => {
                let krate = self.cx.options.crate_name.clone();
                self.import(krate, "Tensor");
                "Tensor::from([0.5_f32, 1.5])".to_owned()
            }
            Type::List(items) => format!("vec![{}]", self.value(items, None, depth)),
            Type::Named(id) => self.named(*id, depth),
        }
    }

    fn named(&mut self, id: TypeId, depth: usize) -> String {
        let Some(definition) = self.cx.api.get(id) else { return "()".to_owned() };
        let name = self.import_type(definition);
        let Some(depth) = depth.checked_sub(1) else { return format!("todo!(\"a {name}\")") };
        match &definition.kind {
            TypeKind::Object(object) => format!("{name}::new({})", self.arguments(object, depth).join(", ")),
            TypeKind::Enum(set) => match set.values.first() {
                Some(value) => format!(
                    "{name}::{}",
                    naming::ident(&naming::variant_name(&value.wire, value.identifier.as_deref()))
                ),
                None => format!("{name}::Unrecognized(String::new())"),
            },
            TypeKind::Union(union) => self.union(&name, union, depth),
        }
    }

    fn union(&mut self, name: &str, union: &Union, depth: usize) -> String {
        let Some(variant) = union.variants.last() else { return name.to_owned() };
        let ident = match union.style {
            UnionStyle::Kinded => naming::ident(&variant.wire),
            _ => naming::ident(&naming::variant_name(&variant.wire, None)),
        };
        match (&variant.payload, &union.style) {
            (None, _) => format!("{name}::{ident}"),
            (Some(payload), UnionStyle::Tagged { .. }) => match self.cx.api.object(payload) {
                Some(object) => {
                    let function = naming::ident(&naming::snake(&variant.wire));
                    format!("{name}::{function}({})", self.arguments(object, depth).join(", "))
                }
                None => format!("{name}::{ident}({})", self.value(payload, None, depth)),
            },
            (Some(payload), _) => format!("{name}::{ident}({})", self.value(payload, None, depth)),
        }
    }

    fn import_type(&mut self, definition: &TypeDef) -> String {
        let krate = &self.cx.options.crate_name;
        let path = match definition.owner {
            Owner::Shared(_) => format!("{krate}::api::types"),
            Owner::Errors => format!("{krate}::api::errors"),
            Owner::Method(..) | Owner::Event(..) => format!("{krate}::api::{}", naming::snake(&self.service.wire)),
        };
        let name = self.cx.type_ident(definition).to_string();
        self.import(path, &name);
        name
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

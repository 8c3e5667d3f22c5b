//! Types and calls in TypeScript.

use maud::{Markup, html};
use serde_json::Value;

use super::code::{Language, Links};
use super::layout::View;
use super::prose::heading;
use super::reach::Reached;
use super::sample::{self, Sample};
use super::{Site, paths};
use crate::export::typescript;
use crate::ir::types::{Type, TypeDef, TypeId};
use crate::ir::{Api, Event, Method, Service};
use crate::naming::case;

impl Site<'_> {
    /// A method.
    pub(super) fn typescript_method(&self, service: &Service, method: &Method, reached: &Reached) -> View {
        let links = &reached.links(self.api);
        let request = typescript::request(self.api, method).unwrap_or_else(|| "// none".to_owned());
        View {
            main: html! {
                (heading(3, "typescript-request-parameters", "Request parameters"))
                (self.painter.declaration(Language::TypeScript, &request, links))
                (heading(3, "typescript-response", "Response"))
                (self.painter.declaration(Language::TypeScript, &typescript::response(self.api, method), links))
                (self.typescript_details(reached, links))
            },
            side: self.typescript_example(&call(self.api, service, method)),
        }
    }

    /// An event.
    pub(super) fn typescript_event(&self, service: &Service, event: &Event, reached: &Reached) -> View {
        let links = &reached.links(self.api);
        let params = typescript::event_params(self.api, event);
        let name = case::lower_camel(&service.wire);
        View {
            main: html! {
                (heading(3, "typescript-parameters", "Parameters"))
                (self.painter.declaration(Language::TypeScript, &params, links))
                (self.typescript_details(reached, links))
            },
            side: self.typescript_example(&format!(
                "client.{name}.on('{}', (params) => {{\n    console.log(params)\n}})\n",
                event.wire
            )),
        }
    }

    /// A type.
    pub(super) fn typescript_type(&self, id: TypeId, links: &Links) -> View {
        let declaration = typescript::shared_type(self.api, id);
        let value = literal(&sample::of(self.api, &Type::Named(id)), 0);
        View {
            main: html! {
                (heading(3, "typescript-declaration", "Declaration"))
                @if let Some(text) = &declaration {
                    (self.painter.declaration(Language::TypeScript, text, links))
                } @else {
                    p { "TypeScript writes this type in place, where it is used." }
                    (self.painter.declaration(Language::TypeScript, &typescript::in_place(self.api, id), links))
                }
            },
            side: html! {
                (heading(3, "typescript-example", "Example"))
                (self.painter.block(Language::TypeScript, &format!("const value = {value}"), &Links::new()))
            },
        }
    }

    fn typescript_details(&self, reached: &Reached, links: &Links) -> Markup {
        let declared = |id: TypeId, definition: &TypeDef| {
            let text = typescript::shared_type(self.api, id)?;
            Some((definition.name.clone(), self.painter.declaration(Language::TypeScript, &text, links)))
        };
        html! {
            (reached.details(self.api, "typescript", declared))
            @if reached.tensors {
                @let name = format!("{}Tensor", self.api.type_prefix);
                details.type {
                    summary { (name) }
                    (self.painter.block(Language::TypeScript, &typescript::tensor(&self.api.type_prefix), links))
                    p { a href={ (paths::FRAMES) "#tensors" } { "How tensors travel" } }
                }
            }
        }
    }

    /// Code with a client, if there is one for TypeScript.
    fn typescript_example(&self, code: &str) -> Markup {
        let Some((package, class)) = &self.api.typescript_client else { return Markup::default() };
        let code = format!(
            "import * as fs from 'fs'\nimport {{ {class} }} from '{package}'\n\n\
             const apiKey = fs.readFileSync('./auth.txt').toString().trim()\nconst client = new {class}({{ apiKey }})\n\n{code}"
        );
        html! {
            (heading(3, "typescript-example", "Example"))
            (self.painter.block(Language::TypeScript, &code, &Links::new()))
            p {
                "Install " code { (package) } ", and run this in Node.js, or in a browser with a bundler (there, without "
                code { "fs" } "). It reads your API key from a file: create a key, save it to " code { "auth.txt" }
                ", and keep it safe."
            }
        }
    }
}

/// A call, and what becomes of it.
fn call(api: &Api, service: &Service, method: &Method) -> String {
    let params = match sample::of(api, &method.params) {
        Sample::Object(members) if members.is_empty() => String::new(),
        params => literal(&params, 2),
    };
    let (service, method) = (case::lower_camel(&service.wire), &method.wire);
    format!(
        "async function main() {{\n    try {{\n        const response = await client.{service}.{method}({params})\n\
         \x20       if (response.error) {{\n            // The API rejected the call.\n            console.log(response.error)\n\
         \x20       }} else {{\n            console.log(response.result)\n        }}\n    }} catch (e) {{\n\
         \x20       // The connection failed. The call may or may not have arrived.\n        console.log(e)\n    }}\n}}\n\nmain()\n"
    )
}

fn literal(sample: &Sample, depth: usize) -> String {
    let (pad, end) = ("    ".repeat(depth.saturating_add(1)), "    ".repeat(depth));
    match sample {
        Sample::Json(Value::String(text)) => {
            format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
        }
        Sample::Json(value) => value.to_string(),
        Sample::Bytes => "new TextEncoder().encode('bytes')".to_owned(),
        Sample::Base64 => "new TextEncoder().encode('name')".to_owned(),
        Sample::Tensor => "tensor /* yours */".to_owned(),
        Sample::List(items) => {
            let items: Vec<String> = items.iter().map(|item| literal(item, depth)).collect();
            format!("[{}]", items.join(", "))
        }
        Sample::Object(members) if members.is_empty() => "{}".to_owned(),
        Sample::Object(members) => {
            let lines =
                members.iter().map(|it| format!("{pad}{}: {}", it.name, literal(&it.value, depth.saturating_add(1))));
            format!("{{\n{}\n{end}}}", lines.collect::<Vec<_>>().join(",\n"))
        }
    }
}

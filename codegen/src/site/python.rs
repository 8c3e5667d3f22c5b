//! Types and values in Python, where objects are dicts.

mod types;

use std::fmt::Write;

use maud::{Markup, html};

use super::Site;
use super::code::{Language, Links};
use super::layout::View;
use super::prose::heading;
use super::reach::Reached;
use super::sample::{self, Sample};
use crate::ir::types::{Owner, Type, TypeDef, TypeId};
use crate::ir::{Event, Method};

impl Site<'_> {
    /// A method.
    pub(super) fn python_method(&self, method: &Method, reached: &Reached) -> View {
        let (api, links) = (self.api, &reached.links(self.api));
        let code = |text: &str| self.painter.declaration(Language::Python, text, links);
        View {
            main: html! {
                (heading(3, "python-request-parameters", "Request parameters"))
                (code(&types::whole(api, &method.params)))
                (heading(3, "python-response", "Response"))
                (code(&types::whole(api, &method.result)))
                (heading(3, "python-errors", "Errors"))
                (code(&types::errors(api, method)))
                (self.python_details(reached, links))
            },
            side: html! {
                (heading(3, "python-example", "Example"))
                p { "The parameters of a call, with what is required." }
                (self.python_literal("params", &method.params))
            },
        }
    }

    /// An event.
    pub(super) fn python_event(&self, event: &Event, reached: &Reached) -> View {
        let links = &reached.links(self.api);
        View {
            main: html! {
                (heading(3, "python-parameters", "Parameters"))
                (self.painter.declaration(Language::Python, &types::whole(self.api, &event.params), links))
                (self.python_details(reached, links))
            },
            side: html! {
                (heading(3, "python-example", "Example"))
                p { "The parameters of an event, with what is always there." }
                (self.python_literal("params", &event.params))
            },
        }
    }

    /// A type.
    pub(super) fn python_type(&self, id: TypeId, definition: &TypeDef, links: &Links) -> View {
        View {
            main: html! {
                (heading(3, "python-declaration", "Declaration"))
                (self.python_declaration(definition, links))
            },
            side: html! {
                (heading(3, "python-example", "Example"))
                (self.python_literal("value", &Type::Named(id)))
            },
        }
    }

    fn python_declaration(&self, definition: &TypeDef, links: &Links) -> Markup {
        let text = format!(
            "{}{} = {}",
            types::comment(definition.description.as_deref(), 0),
            definition.name,
            types::body(self.api, definition, 0)
        );
        self.painter.declaration(Language::Python, &text, links)
    }

    fn python_details(&self, reached: &Reached, links: &Links) -> Markup {
        // Variants and errors are spelled out where they are used.
        reached.details(self.api, "python", |_, definition| {
            let apart = !definition.variant && definition.owner != Owner::Errors;
            apart.then(|| (definition.name.clone(), self.python_declaration(definition, links)))
        })
    }

    fn python_literal(&self, name: &str, ty: &Type) -> Markup {
        let value = literal(&sample::of(self.api, ty), 0);
        self.painter.block(Language::Python, &format!("{name} = {value}"), &Links::new())
    }
}

fn literal(sample: &Sample, depth: usize) -> String {
    let (pad, end) = ("    ".repeat(depth.saturating_add(1)), "    ".repeat(depth));
    match sample {
        Sample::Json(value) => types::literal(value),
        Sample::Bytes => "b\"bytes\"".to_owned(),
        Sample::Base64 => "b\"name\"".to_owned(),
        Sample::Tensor => "numpy.array([0.5, 1.5], dtype=\"float32\")".to_owned(),
        Sample::List(items) => {
            let items: Vec<String> = items.iter().map(|item| literal(item, depth)).collect();
            format!("[{}]", items.join(", "))
        }
        Sample::Object(members) if members.is_empty() => "{}".to_owned(),
        Sample::Object(members) => {
            let mut text = "{\n".to_owned();
            for member in members {
                let value = literal(&member.value, depth.saturating_add(1));
                let _ = writeln!(text, "{pad}{:?}: {value},", member.name);
            }
            text + &end + "}"
        }
    }
}

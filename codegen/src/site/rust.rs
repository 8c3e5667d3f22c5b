//! Declarations and calls in Rust, as the generated code has them.

use maud::{Markup, html};

use super::Site;
use super::code::{Language, Links};
use super::layout::View;
use super::prose::heading;
use super::reach::Reached;
use crate::ir::types::{Owner, Type, TypeDef, TypeId, TypeKind};
use crate::ir::{Event, Method, Service};
use crate::naming;

impl Site<'_> {
    /// A method.
    pub(super) fn rust_method(&self, service: &Service, method: &Method, reached: &Reached) -> View {
        let Some(shown) = self.reference.method(&service.wire, &method.wire) else { return View::default() };
        let links = &reached.links(self.api);
        let code = |text: &str| self.painter.declaration(Language::Rust, text, links);
        View {
            main: html! {
                (heading(3, "rust-request-parameters", "Request parameters"))
                (self.painter.block(Language::Rust, &shown.signature, links))
                (self.rust_declaration(&method.params, links))
                (heading(3, "rust-response", "Response"))
                (self.rust_declaration(&method.result, links))
                (heading(3, "rust-errors", "Errors"))
                (code(&shown.error))
                (self.rust_details(reached, links))
            },
            side: html! {
                (heading(3, "rust-example", "Example"))
                (self.painter.block(Language::Rust, &shown.example, &Links::new()))
                p {
                    "The client comes from " code { (self.crate_name) "::Client::builder().api_key_file(\"auth.txt\").build()?" }
                    ". Create an API key, save it to that file, and keep it safe. More in the "
                    a href=(self.method_doc(service, method)) { "docs of the crate" } "."
                }
            },
        }
    }

    /// An event.
    pub(super) fn rust_event(&self, service: &Service, event: &Event, reached: &Reached) -> View {
        let links = &reached.links(self.api);
        let (set, variant) =
            (naming::service_event(service).to_string(), naming::variant(&event.wire, None).to_string());
        let example = format!(
            "while let Some(update) = subscription.next().await {{\n    if let Update::Event({set}::{variant}(event)) = update {{\n        \
             println!(\"{{event:?}}\");\n    }}\n}}\n"
        );
        let start = service.methods.iter().find(|it| it.subscription.as_ref().is_some_and(|it| it.opens));
        let module = naming::service_module(service);
        View {
            main: html! {
                (heading(3, "rust-parameters", "Parameters"))
                p { "The content of the variant " code { (set) "::" (variant) } "." }
                (self.rust_declaration(&event.params, links))
                (self.rust_details(reached, links))
            },
            side: html! {
                (heading(3, "rust-example", "Example"))
                (self.painter.block(Language::Rust, &example, &Links::new()))
                p {
                    "The subscription comes from "
                    @if let Some(method) = start {
                        code { "client." (naming::ident(&module)) "()." (naming::ident(&naming::method_name(method))) "(…).subscribe().await?" }
                    } @else { code { "subscribe" } " in place of awaiting a call" }
                    ". More in the " a href=(self.module_doc(self.module_of(service), &format!("{module}/enum.{set}.html"))) { "docs of the crate" } "."
                }
            },
        }
    }

    /// A type.
    pub(super) fn rust_type(&self, id: TypeId, definition: &TypeDef, links: &Links) -> View {
        View {
            main: html! {
                (heading(3, "rust-declaration", "Declaration"))
                (self.rust_declaration(&Type::Named(id), links))
                p { a href=(self.type_doc(id, definition)) { "Docs in Rust" } }
            },
            side: Markup::default(),
        }
    }

    fn rust_declaration(&self, ty: &Type, links: &Links) -> Markup {
        let Type::Named(id) = ty else { return Markup::default() };
        let text = self.reference.declaration(*id).unwrap_or_default();
        self.painter.declaration(Language::Rust, text, links)
    }

    fn rust_details(&self, reached: &Reached, links: &Links) -> Markup {
        reached.details(self.api, "rust", |id, definition| {
            let text = self.reference.declaration(id)?;
            Some((naming::type_name(self.api, definition), self.painter.declaration(Language::Rust, text, links)))
        })
    }

    /// The address of a type in rustdoc.
    fn type_doc(&self, id: TypeId, definition: &TypeDef) -> String {
        let module = match definition.owner {
            Owner::Shared(_) => "types".to_owned(),
            Owner::Errors => "errors".to_owned(),
            Owner::Method(service, _) | Owner::Event(service, _) => {
                self.api.services.get(service).map(naming::service_module).unwrap_or_default()
            }
        };
        let kind = if matches!(definition.kind, TypeKind::Object(_)) { "struct" } else { "enum" };
        let name = naming::type_name(self.api, definition);
        let base = self.revision.base.filter(|_| self.reference.is_in_base(id, definition.owner));
        let root = base.map_or(self.revision.module, |base| base.module);
        self.module_doc(root, &format!("{module}/{kind}.{name}.html"))
    }

    /// An address in rustdoc, of a path in the crate.
    pub(super) fn doc(&self, path: &str) -> String {
        let up = if self.revision.folder.is_empty() { "" } else { "/.." };
        format!("{up}/../doc/{}/{path}", self.crate_name)
    }

    /// An address in the docs of a revision's module.
    fn module_doc(&self, module: &str, path: &str) -> String {
        self.doc(&format!("{}/{path}", module.replace("::", "/")))
    }

    /// The module with a service.
    fn module_of(&self, service: &Service) -> &str {
        let index = self.api.services.iter().position(|other| other.wire == service.wire);
        let base = self.revision.base.filter(|_| index.is_some_and(|it| self.reference.has_service_in_base(it)));
        base.map_or(self.revision.module, |base| base.module)
    }

    /// The address of a method in rustdoc.
    pub(super) fn method_doc(&self, service: &Service, method: &Method) -> String {
        let (module, client) = (naming::service_module(service), naming::service_client(service));
        let name = naming::method_name(method);
        self.module_doc(self.module_of(service), &format!("{module}/struct.{client}.html#method.{name}"))
    }
}

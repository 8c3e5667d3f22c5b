//! Declarations and calls in Rust, as the generated code has them.

use super::html::block;
use super::reach::{Reached, details};
use crate::ir::types::{Owner, Type, TypeDef, TypeId, TypeKind};
use crate::ir::{Api, Method, Service};
use crate::naming;
use crate::rust::reference::Reference;

/// What the view shows of methods and types.
pub(super) struct View<'a> {
    pub(super) api: &'a Api,
    pub(super) crate_name: &'a str,
    pub(super) reference: Reference,
}

impl View<'_> {
    pub(super) fn method(&self, service: &Service, method: &Method, reached: &Reached) -> String {
        let Some(shown) = self.reference.method(&service.wire, &method.wire) else { return String::new() };
        let declaration = |ty: &Type| match ty {
            Type::Named(id) => self.reference.declaration(*id).map(block).unwrap_or_default(),
            _ => String::new(),
        };
        let types = details(self.api, reached, |id, definition| {
            let name = naming::type_name(self.api, definition);
            Some((name, self.reference.declaration(id)?.to_owned()))
        });
        format!(
            "<h2>Request parameters</h2>\n{}{}<h2>Response</h2>\n{}<h2>Errors</h2>\n{}{types}<h2>Example</h2>\n\
             <p>The client comes from <code>{}::Client::builder().api_key_file(\"auth.txt\").build()?</code>. \
             Create an API key, save it to that file, and keep it safe. More in the <a href=\"{}\">docs of the crate</a>.</p>\n{}",
            block(&shown.signature),
            declaration(&method.params),
            declaration(&method.result),
            block(&shown.error),
            self.crate_name,
            self.method_doc(service, method),
            block(&shown.example),
        )
    }

    pub(super) fn type_page(&self, id: TypeId, definition: &TypeDef) -> String {
        let Some(declaration) = self.reference.declaration(id) else { return String::new() };
        let doc = self.type_doc(definition);
        format!("{}<p><a href=\"{doc}\">Docs in Rust</a></p>\n", block(declaration))
    }

    /// The address of a type in rustdoc.
    fn type_doc(&self, definition: &TypeDef) -> String {
        let module = match definition.owner {
            Owner::Shared(_) => "types".to_owned(),
            Owner::Errors => "errors".to_owned(),
            Owner::Method(service, _) | Owner::Event(service, _) => {
                self.api.services.get(service).map(naming::service_module).unwrap_or_default()
            }
        };
        let kind = if matches!(definition.kind, TypeKind::Object(_)) { "struct" } else { "enum" };
        let name = naming::type_name(self.api, definition);
        format!("../../doc/{}/api/{module}/{kind}.{name}.html", self.crate_name)
    }

    /// The address of a method in rustdoc.
    pub(super) fn method_doc(&self, service: &Service, method: &Method) -> String {
        let (module, client) = (naming::service_module(service), naming::service_client(service));
        let name = naming::method_name(method);
        format!("../../doc/{}/api/{module}/struct.{client}.html#method.{name}", self.crate_name)
    }
}

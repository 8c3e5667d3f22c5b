//! The definition's prose in Rust's terms: methods become links, and names are spelled as Rust spells them.

use std::collections::HashMap;

use crate::ir::Api;
use crate::ir::types::TypeKind;
use crate::naming;

/// Rewrites every description. Methods that are mentioned are linked if the path of the module in its crate is given.
pub(super) fn translate(api: &Api, module: Option<&str>) -> Api {
    let terms = Terms::new(api, module);
    // Errors and failures are shown at run time as well, where a link is noise.
    let plain_terms = Terms::new(api, None);
    let mut api = api.clone();
    terms.rewrite(&mut api.description);
    for service in &mut api.services {
        terms.rewrite(&mut service.description);
        service.methods.iter_mut().for_each(|method| terms.rewrite(&mut method.description));
        service.events.iter_mut().for_each(|event| terms.rewrite(&mut event.description));
    }
    api.errors.iter_mut().for_each(|error| plain_terms.rewrite(&mut error.description));
    for definition in &mut api.types {
        let is_error = matches!(&definition.kind, TypeKind::Object(object) if object.reason.is_some());
        let terms = if is_error || definition.is_reason { &plain_terms } else { &terms };
        terms.rewrite_all(definition.description.as_mut());
        match &mut definition.kind {
            TypeKind::Object(object) => {
                object.fields.iter_mut().for_each(|field| terms.rewrite_all(field.description.as_mut()))
            }
            TypeKind::Enum(set) => {
                set.values.iter_mut().for_each(|value| terms.rewrite_all(value.description.as_mut()))
            }
            TypeKind::Union(union) => {
                union.variants.iter_mut().for_each(|variant| terms.rewrite_all(variant.description.as_mut()))
            }
        }
    }
    api
}

/// What stands between backticks, and what it becomes, backticks included.
struct Terms(HashMap<String, String>);

impl Terms {
    fn new(api: &Api, root: Option<&str>) -> Self {
        let mut terms = HashMap::new();
        for definition in &api.types {
            if let TypeKind::Object(object) = &definition.kind {
                let names =
                    object.fields.iter().map(|field| (field.wire.clone(), format!("`{}`", naming::field_name(field))));
                terms.extend(names);
            }
        }
        for service in &api.services {
            let (module, client) = (naming::service_module(service), naming::service_client(service));
            for method in &service.methods {
                let name = naming::method_name(method);
                let text = match root {
                    Some(root) => format!("[`{name}`](crate::{root}::{module}::{client}::{name})"),
                    None => format!("`{name}`"),
                };
                terms.insert(format!("{}.{}", service.wire, method.wire), text);
            }
        }
        Self(terms)
    }

    fn rewrite_all<'t>(&self, texts: impl IntoIterator<Item = &'t mut String>) {
        texts.into_iter().for_each(|text| self.rewrite(text));
    }

    fn rewrite(&self, text: &mut String) {
        // Every other piece stands between backticks.
        let pieces = text.split('`').enumerate().map(|(index, piece)| match (index % 2, self.0.get(piece)) {
            (1, Some(term)) => term.clone(),
            (1, None) => format!("`{piece}`"),
            _ => piece.to_owned(),
        });
        let rewritten: String = pieces.collect();
        if text.matches('`').count().is_multiple_of(2) {
            *text = rewritten;
        }
    }
}

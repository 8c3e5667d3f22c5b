//! The page of the error codes.

use maud::{Markup, html};

use super::super::layout::Page;
use super::super::prose::{heading, inline, paragraphs};
use super::super::{Site, paths};
use crate::ir::types::Type;
use crate::ir::{Api, ErrorShape, Method, Service};

/// Methods that are listed at once; longer lists open on demand.
const SHOWN: usize = 6;

pub(super) fn page(site: &Site<'_>) -> Page {
    let api = site.api;
    let mut codes: Vec<&str> = Vec::new();
    for shape in &api.errors {
        if !codes.contains(&shape.code.as_str()) {
            codes.push(&shape.code);
        }
    }
    let content = html! {
        p {
            "A call that fails responds with one of these codes in place of its result. A retryable error took no effect: "
            "the same call may succeed later."
        }
        @for set in &api.error_sets {
            p {
                "The errors " code { (set.name) } " belong together: " (inline(api, &set.description)) " They are"
                @for shape in set.errors.iter().filter_map(|index| api.errors.get(*index)) {
                    " " a href={ "#" (shape.code) } { code { (shape.code) } }
                }
                "."
            }
        }
        @for code in codes {
            (heading(2, code, code))
            @for (index, shape) in api.errors.iter().enumerate().filter(|(_, shape)| shape.code == code) {
                (error(site, index, shape))
            }
        }
    };
    Page { path: paths::ERRORS.to_owned(), title: "Errors".to_owned(), trail: super::at_top(site), content }
}

fn error(site: &Site<'_>, index: usize, shape: &ErrorShape) -> Markup {
    let api = site.api;
    let methods: Vec<(&Service, &Method)> = api
        .services
        .iter()
        .flat_map(|service| service.methods.iter().map(move |method| (service, method)))
        .filter(|(_, method)| method.errors.contains(&index))
        .collect();
    let list = html! {
        ul.methods {
            @for (service, method) in &methods {
                li { a href=(paths::method(service, method)) { (service.wire) " / " (method.wire) } }
            }
        }
    };
    let fields = shape.fields.as_ref().and_then(|fields| api.object(fields)).map(|it| it.fields.as_slice());
    html! {
        section.error {
            (paragraphs(api, &shape.description))
            @if shape.retryable || shape.invalid_request.is_some() || shape.since.is_some() {
                p.quiet {
                    @if shape.retryable { "Retryable. " }
                    @if shape.invalid_request.is_some() { "Also the response to parameters that cannot be read. " }
                    @if let Some(since) = &shape.since { "Since revision " (since) "." }
                }
            }
            @if let Some(fields) = fields {
                table {
                    @for field in fields {
                        tr {
                            td { code { (field.wire) @if !field.required { "?" } } }
                            td {
                                span.quiet { (json_type(api, &field.ty)) ". " }
                                (inline(api, field.description.as_deref().unwrap_or_default()))
                            }
                        }
                    }
                }
            }
            @match methods.len() {
                0 => p.quiet { "No method fails with it." },
                1..=SHOWN => (list),
                count => details { summary { (count) " methods fail with it" } (list) },
            }
        }
    }
}

/// A type as JSON has it; errors hold no bytes.
fn json_type(api: &Api, ty: &Type) -> Markup {
    html! {
        @match ty {
            Type::String => "string",
            Type::Boolean => "boolean",
            Type::Int32 | Type::Int64 | Type::Uint32 | Type::Uint64 => "integer",
            Type::Float | Type::Double => "number",
            Type::List(items) => { "list of " (json_type(api, items)) }
            Type::Named(id) => @if let Some(definition) = api.get(*id) {
                a href=(paths::type_page(api, definition)) { code { (definition.name) } }
            },
            Type::Binary | Type::Base64 | Type::Tensor => "bytes",
        }
    }
}

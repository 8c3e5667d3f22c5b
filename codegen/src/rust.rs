//! The model → Rust: one emitter a kind of artifact.

mod context;
mod docs;
mod dynamic;
mod enums;
mod errors;
mod events;
mod example;
mod failures;
mod index;
mod items;
mod methods;
mod paging;
mod prose;
pub(crate) mod reference;
mod schemas;
mod server;
mod services;
mod structs;
mod unions;
mod waiting;
mod wire;

use proc_macro2::TokenStream;
use quote::quote;

use crate::ir::Api;
use crate::ir::types::{Owner, TypeId};
use crate::naming;
use crate::output::{EmitError, Files, Options};
use crate::render::render;
use context::{Context, File};

/// Emits every file of the API's module.
pub(crate) fn emit(api: &Api, options: &Options) -> Result<Files, EmitError> {
    let definition = api;
    let api = &prose::translate(api, Some(&options.module));
    let cx = Context::new(api, options)?;
    let mut files = Files::new();
    let mut add = |path: String, tokens: TokenStream| -> Result<(), EmitError> {
        let text = render(&path, &options.command, tokens)?;
        files.insert(path, text);
        Ok(())
    };
    for (id, definition) in cx.shared() {
        add(format!("types/{}.rs", naming::type_module(api, definition)), shared_type(&cx, id))?;
    }
    add("types/mod.rs".into(), index::types(&cx))?;
    add("errors.rs".into(), errors::payloads(&cx))?;
    for (index, service) in api.services.iter().enumerate() {
        let folder = naming::service_module(service);
        for (position, method) in service.methods.iter().enumerate() {
            add(format!("{folder}/{}.rs", cx.method_module(method)), methods::file(&cx, index, position))?;
        }
        if !service.events.is_empty() {
            add(format!("{folder}/events.rs"), events::file(&cx, index))?;
        }
        add(format!("{folder}/service.rs"), server::file(&cx, index))?;
        add(format!("{folder}/mod.rs"), services::file(&cx, index))?;
    }
    if options.features {
        let cx = Context::new(definition, options)?;
        for (index, service) in definition.services.iter().enumerate() {
            add(format!("dynamic/{}.rs", naming::service_module(service)), dynamic::service(&cx, index, service))?;
        }
        if let Some(types) = dynamic::types(&cx) {
            add("dynamic/types.rs".into(), types)?;
        }
        add("dynamic/mod.rs".into(), dynamic::index(&cx))?;
        add("schemas.rs".into(), schemas::file(&cx))?;
    }
    add("mod.rs".into(), index::root(&cx))?;
    files.insert("services.md".into(), index::services(&cx));
    Ok(files)
}

/// An entry of `$defs` and the types inside it.
fn shared_type(cx: &Context<'_>, root: TypeId) -> TokenStream {
    let file = File::new(cx, Owner::Shared(root));
    let owned = cx.owned_by(Owner::Shared(root));
    let types: Vec<TokenStream> =
        owned.iter().map(|(_, definition)| items::of_type(&file, definition, &TokenStream::new())).collect();
    let plain = file.plain_json();
    let imports = file.imports();
    quote!(#imports #(#types)* #plain)
}

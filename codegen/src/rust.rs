//! The model → Rust: one emitter a kind of artifact.

mod common;
mod context;
mod docs;
mod dynamic;
mod enums;
mod errors;
mod events;
mod example;
mod failures;
mod file;
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
use crate::output::{Base, EmitError, Files, Options};
use crate::render::render;
use common::Common;
use context::Context;
use file::File;

/// Emits every file of the API's module, but what the module of another definition has already.
pub(crate) fn emit(api: &Api, base: Option<&Base<'_>>, options: &Options) -> Result<Files, EmitError> {
    let definition = api;
    let common = match base {
        Some(base) => common_with(api, base, options)?,
        None => Common::default(),
    };
    let context = |api| {
        let context = Context::new(api, options)?;
        match base {
            Some(base) => context.on(base.module, common.clone()),
            None => Ok(context),
        }
    };
    let api = &prose::translate(api, Some(&options.module));
    let cx = context(api)?;
    let mut files = Files::new();
    let mut add = |path: String, tokens: TokenStream| -> Result<(), EmitError> {
        let text = render(&path, &options.command, tokens)?;
        files.insert(path, text);
        Ok(())
    };
    for (id, definition) in cx.shared() {
        if cx.common.has_type(Owner::Shared(id), id) {
            continue;
        }
        add(format!("types/{}.rs", naming::type_module(api, definition)), shared_type(&cx, id))?;
    }
    add("types/mod.rs".into(), index::types(&cx))?;
    add("errors.rs".into(), errors::payloads(&cx))?;
    for (index, service) in api.services.iter().enumerate() {
        if cx.common.has_service(index) {
            continue;
        }
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
        let cx = context(definition)?;
        for (index, service) in definition.services.iter().enumerate() {
            if cx.common.has_service(index) {
                continue;
            }
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

/// What a definition has in common with the one that it is built on. Both are emitted as if for the same module, as paths in
/// docs make no difference.
fn common_with(api: &Api, base: &Base<'_>, options: &Options) -> Result<Common, EmitError> {
    let [api, other] = [api, base.api].map(|api| prose::translate(api, Some(base.module)));
    let options = Options { module: base.module.to_owned(), ..options.clone() };
    Ok(Common::between(&Context::new(&api, &options)?, &Context::new(&other, &options)?))
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

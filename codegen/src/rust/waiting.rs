//! What makes it possible to follow and to stop what a call has started.

use proc_macro2::TokenStream;
use quote::quote;

use super::file::File;
use super::structs;
use crate::ir::types::{Field, Type, Union, UnionStyle};
use crate::ir::{Method, Metrics, Service, Waiter};
use crate::naming;

/// What the caller gets: the result, or a handle on what has been started.
pub(super) fn output(file: &File<'_, '_>, method: &Method) -> TokenStream {
    if method.waiter.is_none() {
        return file.ty(&method.result);
    }
    let started = file.runtime("Waiter");
    quote!(#started<Self>)
}

pub(super) fn items(file: &File<'_, '_>, service: &Service, method: &Method) -> TokenStream {
    let Some(waiter) = &method.waiter else { return TokenStream::new() };
    let items = [
        starts(file, service, method, waiter),
        cancels(file, service, method, waiter),
        meter(file, service, method, waiter),
    ];
    items.into_iter().flatten().collect()
}

fn starts(file: &File<'_, '_>, service: &Service, method: &Method, waiter: &Waiter) -> Option<TokenStream> {
    let asked = service.methods.get(waiter.method)?;
    let starts = file.runtime("Waitable");
    let (request, output) = (file.ty(&method.params), file.ty(&method.result));
    let (ask, response) = (file.ty(&asked.params), file.ty(&asked.result));
    let sources = required(file, asked).map(|field| source(file, method, waiter, field)).collect::<Option<Vec<_>>>()?;
    let from_result = waiter.ids.iter().any(|id| id.in_result);
    let result = if from_result { quote!(result) } else { quote!(_) };
    let meter = match &waiter.metrics {
        Some(_) => quote!(Self),
        None => {
            let unmetered = file.runtime("NoMetrics");
            quote!(#unmetered)
        }
    };
    let (stage, union) = stage(file, asked, waiter)?;
    let (done, is_done, when_done) = ending(file, union, &waiter.done, waiter.already_finished.is_some())?;
    let (failed, is_failed, why) = ending(file, union, &waiter.failed, false)?;
    let name = file.ty(&stage.ty);
    let reference = stage.reference;
    // A union distinguished by keys is complete.
    let others = (union.variants.len() > 2 || union.style != UnionStyle::Keyed).then(|| quote!(_ => None,));
    let has_text = union.variants.iter().find(|variant| variant.wire == waiter.failed).is_some_and(|variant| {
        let object = variant.payload.as_ref().and_then(|payload| file.cx.api.object(payload));
        object.is_some_and(|object| object.reason.is_some())
    });
    let failure_text = has_text.then(|| {
        quote! {
            fn failure_text(failed: &#failed) -> String { failed.to_string() }
        }
    });
    let already_finished = waiter.already_finished.as_ref().map(|code| {
        quote! {
            fn already_finished(code: &str) -> Option<#done> {
                (code == #code).then_some(None)
            }
        }
    });
    Some(quote! {
        impl #starts for #request {
            type Poll = #ask;
            type Done = #done;
            type Failed = #failed;
            type Metrics = #meter;
            fn poll_request(&self, #result: &#output) -> #ask { #ask::new(#(#sources),*) }
            fn outcome(response: &#response) -> Option<Result<#done, #failed>> {
                match #reference {
                    #name::#is_done => Some(Ok(#when_done)),
                    #name::#is_failed => Some(Err(#why)),
                    #others
                }
            }
            #failure_text
            #already_finished
        }
    })
}

/// The union that has the stage, in the response.
struct Stage {
    ty: Type,
    reference: TokenStream,
}

fn stage<'a>(file: &File<'_, 'a>, asked: &Method, waiter: &Waiter) -> Option<(Stage, &'a Union)> {
    let mut ty = asked.result.clone();
    let mut reference = quote!(response);
    for (depth, member) in waiter.path.iter().enumerate() {
        let field = file.cx.api.object(&ty)?.field(member)?;
        let name = structs::field_ident(field);
        reference = if depth == 0 { quote!(&response.#name) } else { quote!(#reference.#name) };
        ty = field.ty.clone();
    }
    let union = file.cx.api.union(&ty)?;
    Some((Stage { ty, reference }, union))
}

/// The type of what there is at the end, the pattern of its variant, and the expression that takes it out.
fn ending(
    file: &File<'_, '_>,
    union: &Union,
    wire: &str,
    may_lack: bool,
) -> Option<(TokenStream, TokenStream, TokenStream)> {
    let variant = union.variants.iter().find(|variant| variant.wire == wire)?;
    let name = naming::union_variant(union, variant);
    let (ty, pattern, content) = match &variant.payload {
        None => (quote!(()), quote!(#name), quote!(())),
        Some(payload) if variant.boxed => (file.ty(payload), quote!(#name(content)), quote!((**content).clone())),
        Some(payload) => (file.ty(payload), quote!(#name(content)), quote!(content.clone())),
    };
    let (ty, content) = if may_lack { (quote!(Option<#ty>), quote!(Some(#content))) } else { (ty, content) };
    Some((ty, quote!(#pattern), content))
}

fn cancels(file: &File<'_, '_>, service: &Service, method: &Method, waiter: &Waiter) -> Option<TokenStream> {
    let cancel = service.methods.get(waiter.cancel?)?;
    let asked = service.methods.get(waiter.method)?;
    let cancels = file.runtime("Cancellable");
    let (request, ask, target) = (file.ty(&method.params), file.ty(&asked.params), file.ty(&cancel.params));
    let ids = required(file, cancel).map(asked_id);
    Some(quote! {
        impl #cancels for #request {
            type Cancel = #target;
            fn cancel(poll: &#ask) -> #target { #target::new(#(#ids),*) }
        }
    })
}

fn meter(file: &File<'_, '_>, service: &Service, method: &Method, waiter: &Waiter) -> Option<TokenStream> {
    let metrics = waiter.metrics.as_ref()?;
    let Metrics { method: fetch, list, .. } = metrics;
    let asked = service.methods.get(waiter.method)?;
    let fetch = service.methods.get(*fetch)?;
    let (meter, metric_range) = (file.runtime("MetricSource"), file.runtime("MetricRange"));
    let (request, ask, response) = (file.ty(&method.params), file.ty(&asked.params), file.ty(&asked.result));
    let (target, fetched) = (file.ty(&fetch.params), file.ty(&fetch.result));
    let (counts, count) = list_of(file, &asked.result, list)?;
    let (_, range) = list_of(file, &fetch.params, list)?;
    let (values_list, values) = list_of(file, &fetch.result, list)?;
    let member = |item, name| Some(structs::field_ident(file.cx.api.object(item)?.field(name)?));
    let (count_name, count_amount) = (member(count, &metrics.name)?, member(count, &metrics.amount)?);
    let (name, start, entries) =
        (member(values, &metrics.name)?, member(values, &metrics.start)?, member(values, &metrics.values)?);
    let (_, value) = list_of(file, values, &metrics.values)?;
    let (range, values, value) = (file.ty(range), file.ty(values), file.ty(value));
    let arguments =
        required(file, fetch).map(|field| if field.wire == *list { quote!(ranges) } else { asked_id(field) });
    let in_range = file.cx.api.object(list_of(file, &fetch.params, list)?.1)?;
    let in_range = in_range.fields.iter().filter(|field| field.is_argument()).map(|field| match &field.wire {
        wire if *wire == metrics.name => quote!(range.name),
        wire if *wire == metrics.start => quote!(range.start),
        _ => quote!(range.amount),
    });
    Some(quote! {
        impl #meter<#ask> for #request {
            type Values = #values;
            type Value = #value;
            type Fetch = #target;
            fn counts(response: &#response) -> Vec<(&str, u32)> {
                response.#counts.iter().map(|count| (count.#count_name.as_str(), count.#count_amount)).collect()
            }
            fn fetch(poll: &#ask, ranges: Vec<#metric_range>) -> Option<#target> {
                let ranges = ranges.into_iter().map(|range| #range::new(#(#in_range),*));
                Some(#target::new(#(#arguments),*))
            }
            fn fetched(result: #fetched) -> Vec<#values> {
                result.#values_list
            }
            fn extent(values: &#values) -> (&str, u32, usize) {
                (&values.#name, values.#start, values.#entries.len())
            }
            fn entries(values: &#values) -> &[#value] {
                &values.#entries
            }
            fn skip(values: &mut #values, count: u32) {
                values.#entries.drain(..count as usize);
                values.#start = values.#start.saturating_add(count);
            }
        }
    })
}

/// A list of an object: its name, and the type of its elements.
fn list_of<'a>(file: &File<'_, 'a>, holder: &Type, list: &str) -> Option<(proc_macro2::Ident, &'a Type)> {
    let field = file.cx.api.object(holder)?.field(list)?;
    match &field.ty {
        Type::List(items) => Some((structs::field_ident(field), items)),
        _ => None,
    }
}

fn required<'a>(file: &File<'_, 'a>, method: &Method) -> impl Iterator<Item = &'a Field> {
    let fields = file.cx.api.object(&method.params).map(|object| object.fields.as_slice()).unwrap_or_default();
    fields.iter().filter(|field| field.is_argument())
}

/// An id as the call that starts the work has it.
fn source(file: &File<'_, '_>, method: &Method, waiter: &Waiter, field: &Field) -> Option<TokenStream> {
    let id = waiter.ids.iter().find(|id| id.param == field.wire)?;
    let holder = if id.in_result { &method.result } else { &method.params };
    let name = structs::field_ident(file.cx.api.object(holder)?.field(&id.field)?);
    Some(if id.in_result { quote!(&result.#name) } else { quote!(&self.#name) })
}

/// An id as the method that is asked has it.
fn asked_id(field: &Field) -> TokenStream {
    let name = structs::field_ident(field);
    quote!(&poll.#name)
}

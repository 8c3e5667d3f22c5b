//! The public items of a crate's sources, without bodies and docs.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use syn::{Attribute, Fields, File, ImplItem, Item, TraitItem, Visibility, parse_quote};

/// The outline of the crate whose sources are in this folder.
pub fn of_crate(sources: &Path) -> String {
    let mut out = String::new();
    module(&sources.join("lib.rs"), sources, "decthings", &mut out);
    out
}

/// Writes the outline of a module, and of those inside it, which are in this folder.
fn module(file: &Path, folder: &Path, name: &str, out: &mut String) {
    let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let mut parsed = syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let mut children = Vec::new();
    let mut kept = Vec::new();
    for item in std::mem::take(&mut parsed.items) {
        if let Item::Mod(child) = &item
            && child.content.is_none()
        {
            children.push(child.ident.to_string());
        }
        match &item {
            // Items inside the crate's own macros, such as the enums of errors.
            Item::Macro(invoked) if invoked.ident.is_none() => {
                let mut inside = invoked.mac.parse_body::<File>().map_or(Vec::new(), |file| file.items);
                for item in &mut inside {
                    if let Item::Impl(syn::ItemImpl { attrs, .. }) | Item::Enum(syn::ItemEnum { attrs, .. }) = item {
                        attrs.extend(invoked.attrs.iter().cloned());
                    }
                }
                kept.extend(inside.into_iter().filter_map(public));
            }
            _ => kept.extend(public(item)),
        }
    }
    if !kept.is_empty() {
        let text = prettyplease::unparse(&File { attrs: Vec::new(), items: kept, ..parsed });
        writeln!(out, "// {name}\n{text}").unwrap();
    }
    children.sort();
    for child in children {
        let (file, inner) = (folder.join(format!("{child}.rs")), folder.join(&child));
        let file: PathBuf = if file.exists() { file } else { inner.join("mod.rs") };
        module(&file, &inner, &format!("{name}::{child}"), out);
    }
}

/// The item as it is visible from outside; `None` if it is not.
fn public(item: Item) -> Option<Item> {
    let item = match item {
        // The JSON counterpart of a type, whose name is not visible from outside.
        Item::Struct(syn::ItemStruct { attrs, .. }) | Item::Enum(syn::ItemEnum { attrs, .. }) if is_hidden(&attrs) => {
            return None;
        }
        Item::Const(mut item) if is_public(&item.vis) => {
            strip(&mut item.attrs);
            item.expr = parse_quote!(_);
            Item::Const(item)
        }
        Item::Enum(mut item) if is_public(&item.vis) => {
            strip(&mut item.attrs);
            for variant in &mut item.variants {
                strip(&mut variant.attrs);
                variant.fields.iter_mut().for_each(|field| strip(&mut field.attrs));
            }
            Item::Enum(item)
        }
        Item::Fn(mut item) if is_public(&item.vis) => {
            strip(&mut item.attrs);
            item.block = parse_quote!({});
            Item::Fn(item)
        }
        Item::Impl(mut item) => {
            strip(&mut item.attrs);
            let of_trait = item.trait_.is_some();
            item.items.retain_mut(|item| member(item, of_trait));
            if item.items.is_empty() && !of_trait {
                return None;
            }
            Item::Impl(item)
        }
        Item::Macro(mut item) if item.attrs.iter().any(|attribute| attribute.path().is_ident("macro_export")) => {
            strip(&mut item.attrs);
            item.mac.tokens = Default::default();
            Item::Macro(item)
        }
        Item::Mod(mut item) if is_public(&item.vis) => {
            strip(&mut item.attrs);
            Item::Mod(item)
        }
        Item::Struct(mut item) if is_public(&item.vis) => {
            strip(&mut item.attrs);
            fields(&mut item.fields);
            Item::Struct(item)
        }
        Item::Trait(mut item) if is_public(&item.vis) => {
            strip(&mut item.attrs);
            for member in &mut item.items {
                match member {
                    TraitItem::Fn(member) => {
                        strip(&mut member.attrs);
                        // The existence of a default matters.
                        if let Some(body) = &mut member.default {
                            *body = parse_quote!({});
                        }
                    }
                    TraitItem::Const(member) => strip(&mut member.attrs),
                    TraitItem::Type(member) => strip(&mut member.attrs),
                    _ => {}
                }
            }
            Item::Trait(item)
        }
        Item::Type(mut item) if is_public(&item.vis) => {
            strip(&mut item.attrs);
            Item::Type(item)
        }
        Item::Use(mut item) if is_public(&item.vis) => {
            strip(&mut item.attrs);
            Item::Use(item)
        }
        _ => return None,
    };
    Some(item)
}

/// Strips the items of an `impl`; whether any of it is visible from outside. Items of a trait are listed at the trait.
fn member(item: &mut ImplItem, of_trait: bool) -> bool {
    match item {
        ImplItem::Fn(item) => {
            strip(&mut item.attrs);
            item.block = parse_quote!({});
            !of_trait && is_public(&item.vis)
        }
        ImplItem::Const(item) => {
            strip(&mut item.attrs);
            item.expr = parse_quote!(_);
            !of_trait && is_public(&item.vis)
        }
        ImplItem::Type(item) => {
            strip(&mut item.attrs);
            true
        }
        // A signature in one of the crate's own macros, which adds the body.
        ImplItem::Verbatim(tokens) => {
            let Ok(syn::ForeignItemFn { mut attrs, vis, sig, .. }) = syn::parse2(std::mem::take(tokens)) else {
                return false;
            };
            strip(&mut attrs);
            *item = ImplItem::Fn(parse_quote!(#(#attrs)* #vis #sig {}));
            is_public(&vis)
        }
        _ => false,
    }
}

/// Removes private fields. Fields of a tuple are kept, as their position matters, but without their types.
fn fields(fields: &mut Fields) {
    fields.iter_mut().for_each(|field| strip(&mut field.attrs));
    match fields {
        Fields::Named(named) => {
            let shown = std::mem::take(&mut named.named).into_iter().filter(|field| is_public(&field.vis));
            named.named = shown.collect();
        }
        Fields::Unnamed(unnamed) => {
            for field in unnamed.unnamed.iter_mut().filter(|field| !is_public(&field.vis)) {
                field.vis = Visibility::Inherited;
                field.ty = parse_quote!(_);
            }
        }
        Fields::Unit => {}
    }
}

fn is_hidden(attributes: &[Attribute]) -> bool {
    let hides = |attribute: &Attribute| matches!(&attribute.meta, syn::Meta::List(list) if list.path.is_ident("doc"));
    attributes.iter().any(hides)
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

/// Keeps the attributes that matter to users of the item.
fn strip(attributes: &mut Vec<Attribute>) {
    let matter = ["cfg", "deprecated", "derive", "must_use", "non_exhaustive"];
    attributes.retain(|attribute| matter.iter().any(|name| attribute.path().is_ident(name)));
}

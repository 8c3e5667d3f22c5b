//! Open sets of strings → enums that keep what they do not know.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::context::File;
use super::{docs, schemas};
use crate::ir::{EnumValue, StringEnum, TypeDef};
use crate::naming;

pub(super) fn item(file: &File<'_, '_>, definition: &TypeDef, set: &StringEnum) -> TokenStream {
    let name = file.cx.type_ident(definition);
    file.import("serde", "Deserialize");
    file.import("serde", "Serialize");
    file.import("std", "fmt");
    let text = docs::definition(definition);
    let doc = docs::doc(&format!("{text}\n\nOpen: a value that this version doesn't know is kept as it came."));
    let variants: Vec<Ident> = set
        .values
        .iter()
        .map(|value| naming::ident(&naming::variant_name(&value.wire, value.identifier.as_deref())))
        .collect();
    let wires: Vec<&String> = set.values.iter().map(|value| &value.wire).collect();
    let schema = schemas::derive_values(file);
    let members = set.values.iter().zip(&variants).map(|(value, variant)| {
        let doc = docs::doc(&value_text(value));
        quote!(#doc #variant,)
    });
    quote! {
        #doc
        #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #schema
        #[serde(from = "String", into = "String")]
        #[non_exhaustive]
        pub enum #name {
            #(#members)*
            /// A value that this version doesn't know.
            Unrecognized(String),
        }
        impl #name {
            /// The value as the API spells it.
            pub fn as_str(&self) -> &str {
                match self {
                    #(Self::#variants => #wires,)*
                    Self::Unrecognized(value) => value,
                }
            }
            /// The values that this version knows, as the API spells them.
            pub const VALUES: &'static [&'static str] = &[#(#wires),*];
        }
        impl From<String> for #name {
            fn from(value: String) -> Self {
                match value.as_str() {
                    #(#wires => Self::#variants,)*
                    _ => Self::Unrecognized(value),
                }
            }
        }
        impl From<#name> for String {
            fn from(value: #name) -> Self {
                value.as_str().to_owned()
            }
        }
        impl fmt::Display for #name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    }
}

/// What a value means.
pub(super) fn value_text(value: &EnumValue) -> String {
    let text = match &value.description {
        Some(text) => format!("`{}`: {text}", value.wire),
        None => format!("`{}`.", value.wire),
    };
    docs::since(text, value.since.as_deref())
}

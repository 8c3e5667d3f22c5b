//! Filters in the language of jq.

use decthings::runtime::Value;
use jaq_core::load::{Arena, File, Loader};
use jaq_core::{Compiler, Ctx, Vars, data, unwrap_valr};
use jaq_json::{Val, read};

use crate::failure::{Failure, Kind};

type Filter = jaq_core::compile::Filter<jaq_core::Native<data::JustLut<Val>>>;

/// A filter.
pub(super) struct Query(Filter);

impl Query {
    pub(super) fn new(code: &str) -> Result<Self, Failure> {
        let wrong = || Failure::usage(format!("--query: `{code}` is no filter of jq"));
        let definitions = jaq_core::defs().chain(jaq_std::defs()).chain(jaq_json::defs());
        let functions = jaq_core::funs().chain(jaq_std::funs()).chain(jaq_json::funs());
        let arena = Arena::default();
        let modules = Loader::new(definitions).load(&arena, File { code, path: () }).map_err(|_| wrong())?;
        let filter = Compiler::default().with_funs(functions).compile(modules).map_err(|errors| {
            let names: Vec<String> =
                errors.iter().flat_map(|(_, errors)| errors).map(|(name, _)| format!("`{name}`")).collect();
            Failure::usage(format!("--query: unknown in `{code}`: {}", names.join(", ")))
        })?;
        Ok(Self(filter))
    }

    /// The values that the filter makes of a value.
    pub(super) fn run(&self, value: Value) -> Result<Vec<Value>, Failure> {
        let failed = |error: &dyn std::fmt::Display| Failure::new(Kind::Other, format!("--query: {error}"));
        let input = read::parse_single(value.to_string().as_bytes()).map_err(|error| failed(&error))?;
        let context = Ctx::<data::JustLut<Val>>::new(&self.0.lut, Vars::new([]));
        let values = self.0.id.run((context, input)).map(unwrap_valr);
        values
            .map(|value| {
                let value = value.map_err(|error| failed(&error))?;
                serde_json::from_str(&value.to_string()).map_err(|error| failed(&error))
            })
            .collect()
    }
}

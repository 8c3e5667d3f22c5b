//! How work is followed that goes on after the call that starts it.

use super::lowering::Lowering;
use crate::diag::did_you_mean;
use crate::ir::types::{Field, Object, Type, TypeKind, UnionStyle};
use crate::ir::{ErrorShape, Method, Metrics, Waiter, WaiterId};
use crate::source::Location;
use crate::spanned::Spanned;
use crate::spec;

impl Lowering<'_> {
    pub(super) fn lower_waiter(
        &mut self,
        position: usize,
        method: &spec::methods::Method,
        names: &[&str],
        methods: &[Method],
        shapes: &[ErrorShape],
    ) -> Option<Waiter> {
        let spanned = method.waiter.as_ref()?;
        let (waiter, at) = (spanned.get()?, &spanned.at);
        let index = self.sibling(&waiter.method, names)?;
        if index == position {
            self.error(&waiter.method.at, "a method cannot be its own waiter", "name the method to poll");
            return None;
        }
        let (starter, asked) = (methods.get(position)?, methods.get(index)?);
        let path = self.check_stage(at, &asked.result, waiter);
        let ids = self.waiter_ids(starter, waiter);
        self.check_taken(&waiter.method.at, asked, waiter, None);
        if let Some(spanned) = &waiter.already_finished
            && let Some(code) = spanned.get()
        {
            let codes: Vec<&str> =
                asked.errors.iter().filter_map(|error| Some(shapes.get(*error)?.code.as_str())).collect();
            if !codes.contains(&code.as_str()) {
                let message = format!("`{code}` is not an error code of `{}`", asked.wire);
                let otherwise = "name one of that method's error codes, or leave `alreadyFinished` out";
                self.error(&spanned.at, message, did_you_mean(code, codes, otherwise));
            }
        }
        let cancel = waiter.cancel.as_ref().and_then(|name| self.sibling(name, names));
        if let (Some(spanned), Some(cancel)) = (&waiter.cancel, cancel.and_then(|cancel| methods.get(cancel))) {
            self.check_taken(&spanned.at, cancel, waiter, None);
        }
        let metrics = waiter.metrics.as_ref().and_then(|spanned| {
            let (metrics, at) = (spanned.get()?, &spanned.at);
            let index = self.sibling(&metrics.method, names)?;
            let fetch = methods.get(index)?;
            self.check_taken(&metrics.method.at, fetch, waiter, Some(&metrics.list));
            self.check_metrics(at, metrics, asked, fetch);
            let spec::methods::Metrics { list, name, start, amount, values, .. } = metrics.clone();
            Some(Metrics { method: index, list, name, start, amount, values })
        });
        let already_finished = waiter.already_finished.as_ref().and_then(|code| code.get().cloned());
        let (done, failed) = (waiter.done.get()?.clone(), waiter.failed.get()?.clone());
        Some(Waiter { method: index, ids, path, done, failed, already_finished, cancel, metrics })
    }

    fn sibling(&mut self, spanned: &Spanned<String>, names: &[&str]) -> Option<usize> {
        let name = spanned.get()?;
        let found = names.iter().position(|sibling| sibling == name);
        if found.is_none() {
            let help = did_you_mean(name, names.iter().copied(), "name a method of the same service");
            self.error(&spanned.at, format!("`{name}` is not a method of this service"), help);
        }
        found
    }

    fn waiter_ids(&mut self, starter: &Method, waiter: &spec::methods::Waiter) -> Vec<WaiterId> {
        let mut ids = Vec::new();
        for (param, _, spanned) in waiter.ids.iter() {
            let Some(path) = spanned.get() else { continue };
            let at = &spanned.at;
            let (in_result, field) = match path.split_once('.') {
                Some(("params", field)) => (false, field),
                Some(("result", field)) => (true, field),
                _ => {
                    let help = "write `params.name` or `result.name`, of the method that has the waiter";
                    self.error(at, format!("`{path}` does not say where the id is"), help);
                    continue;
                }
            };
            let holder = if in_result { &starter.result } else { &starter.params };
            if !is(self.object_of(holder), field, &Type::String) {
                let what = if in_result { "result" } else { "params" };
                let message = format!("`{field}` is not a required string of the method's {what}");
                self.error(at, message, "name the property that holds the id");
            }
            ids.push(WaiterId { param: param.to_owned(), in_result, field: field.to_owned() });
        }
        ids
    }

    /// Checks that a method can be called with the ids, and perhaps a list.
    fn check_taken(&mut self, at: &Location, method: &Method, waiter: &spec::methods::Waiter, list: Option<&str>) {
        let fields = self.object_of(&method.params).map(|object| object.fields.clone()).unwrap_or_default();
        for field in fields.iter().filter(|field| field.required && list != Some(field.wire.as_str())) {
            if !waiter.ids.contains(&field.wire) {
                let message = format!("`{}` needs `{}`, which is not among the `ids`", method.wire, field.wire);
                self.error(at, message, "say under `ids` where its value comes from");
            }
        }
        for (param, at, _) in waiter.ids.iter() {
            if !fields.iter().any(|field| field.wire == param && field.required && field.ty == Type::String) {
                let message = format!("`{param}` is not a required string of the params of `{}`", method.wire);
                self.error(at, message, "name under `ids` what the methods of the waiter take");
            }
        }
    }

    /// Checks that the result holds a union with the variants that end the work; the members on the way to it.
    fn check_stage(&mut self, at: &Location, result: &Type, waiter: &spec::methods::Waiter) -> Vec<String> {
        let path = waiter.path.as_ref().and_then(|path| path.get());
        let (members, tag) = match path {
            Some(path) => {
                path.rsplit_once('.').map_or(("", Some(path.as_str())), |(members, tag)| (members, Some(tag)))
            }
            None => ("", None),
        };
        let members: Vec<String> = members.split('.').filter(|member| !member.is_empty()).map(str::to_owned).collect();
        let style = tag.map_or(UnionStyle::Keyed, |tag| UnionStyle::Tagged { property: tag.to_owned() });
        let mut ty = Some(result.clone());
        for member in &members {
            ty = ty.and_then(|ty| Some(self.object_of(&ty)?.field(member).filter(|field| field.required)?.ty.clone()));
        }
        let tags: Option<Vec<String>> = ty.and_then(|ty| match self.kind_of(&ty)? {
            TypeKind::Union(union) if union.style == style => {
                Some(union.variants.iter().map(|variant| variant.wire.clone()).collect())
            }
            _ => None,
        });
        let Some(tags) = tags else {
            let (at, message, help) = match (&waiter.path, path) {
                (Some(spanned), Some(path)) => (
                    &spanned.at,
                    format!("`{path}` is not a tag in the result of the named method"),
                    "write the path to the tag of a union, such as `status.state`",
                ),
                _ => (
                    at,
                    "the result of the named method is not a union distinguished by keys".to_owned(),
                    "give the `path` to the tag of the state, such as `status.state`",
                ),
            };
            self.error(at, message, help);
            return members;
        };
        let place = path.map_or("the result".to_owned(), |path| format!("`{path}`"));
        for spanned in [&waiter.done, &waiter.failed] {
            let Some(stage) = spanned.get().filter(|stage| !tags.contains(*stage)) else { continue };
            let otherwise = format!("use one of: {}", tags.join(", "));
            let help = did_you_mean(stage, tags.iter().map(String::as_str), otherwise);
            self.error(&spanned.at, format!("`{stage}` is not a value of {place}"), help);
        }
        if let (Some(done), Some(failed)) = (waiter.done.get(), waiter.failed.get())
            && done == failed
        {
            let message = format!("`{done}` cannot be both `done` and `failed`");
            self.error(&waiter.failed.at, message, "use different values for `done` and `failed`");
        }
        members
    }

    /// Checks the three lists of metrics: counts, ranges and values.
    fn check_metrics(&mut self, at: &Location, metrics: &spec::methods::Metrics, asked: &Method, fetch: &Method) {
        let list = &metrics.list;
        let name = (metrics.name.as_str(), Type::String);
        let (start, amount) = ((metrics.start.as_str(), Type::Uint32), (metrics.amount.as_str(), Type::Uint32));
        let counts = self.lacks(&asked.result, list, &[name.clone(), amount.clone()], None);
        let ranges = self.lacks(&fetch.params, list, &[name.clone(), start.clone(), amount], None);
        let values = self.lacks(&fetch.result, list, &[name, start], Some(&metrics.values));
        let places =
            [(counts, "result", &asked.wire), (ranges, "params", &fetch.wire), (values, "result", &fetch.wire)];
        for (members, place, method) in places {
            if let Some(members) = members {
                let message =
                    format!("`{list}` in the {place} of `{method}` is not an array of objects with {members}");
                self.error(at, message, "see `metrics` in schema/README.md for the three lists it needs");
            }
        }
    }

    /// The members that the objects of a list should have, and perhaps a list among them, if they don't.
    fn lacks(&self, holder: &Type, list: &str, members: &[(&str, Type)], inner: Option<&str>) -> Option<String> {
        let item = match self.object_of(holder).and_then(|object| object.field(list)) {
            Some(Field { required: true, ty: Type::List(items), .. }) => self.object_of(items),
            _ => None,
        };
        let is_list = |name| {
            item.and_then(|item| item.field(name))
                .is_some_and(|field| field.required && matches!(field.ty, Type::List(_)))
        };
        if members.iter().all(|(name, ty)| is(item, name, ty)) && inner.is_none_or(is_list) {
            return None;
        }
        let names: Vec<&str> = members.iter().map(|(name, _)| *name).chain(inner).collect();
        Some(names.join(", "))
    }
}

/// Whether a property is there, required, and of that type.
fn is(object: Option<&Object>, name: &str, ty: &Type) -> bool {
    object.and_then(|object| object.field(name)).is_some_and(|field| field.required && field.ty == *ty)
}

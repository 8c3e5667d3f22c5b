//! How work is followed that goes on after the call that starts it.

use super::Lowering;
use crate::diag::Location;
use crate::ir::{ErrorShape, Method, Metrics, Object, Type, TypeKind, UnionStyle, Waiter, WaiterId};
use crate::naming;
use crate::spec;

impl Lowering<'_> {
    pub(super) fn lower_waiter(
        &mut self,
        position: usize,
        method: &spec::Method,
        names: &[&str],
        methods: &[Method],
        shapes: &[ErrorShape],
    ) -> Option<Waiter> {
        let spanned = method.waiter.as_ref()?;
        let (waiter, at) = (spanned.get()?, &spanned.at);
        let index = self.sibling(at, &waiter.method, names)?;
        if index == position {
            self.error(at, "a method cannot be its own waiter", "name the method that tells how far this one is");
            return None;
        }
        let (starter, asked) = (methods.get(position)?, methods.get(index)?);
        let path = self.check_stage(at, &asked.result, waiter);
        let ids = self.waiter_ids(starter, waiter);
        self.check_taken(at, asked, &ids, None);
        let is_of_asked = |code: &String| {
            asked.errors.iter().any(|error| shapes.get(*error).is_some_and(|shape| shape.code == *code))
        };
        if let Some(code) = waiter.over.as_ref().filter(|code| !is_of_asked(code)) {
            let message = format!("`{code}` is no error code of `{}`", asked.wire);
            self.error(at, message, "name one of that method's error codes, or leave `over` out");
        }
        let cancel = waiter.cancel.as_ref().and_then(|name| self.sibling(at, name, names));
        if let Some(cancel) = cancel.and_then(|cancel| methods.get(cancel)) {
            self.check_taken(at, cancel, &ids, None);
        }
        let metrics = waiter.metrics.as_ref().and_then(|metrics| {
            let index = self.sibling(at, &metrics.method, names)?;
            let fetch = methods.get(index)?;
            self.check_taken(at, fetch, &ids, Some(&metrics.list));
            self.check_metrics(at, &metrics.list, asked, fetch);
            Some(Metrics { method: index, list: metrics.list.clone() })
        });
        let (done, failed, over) = (waiter.done.clone(), waiter.failed.clone(), waiter.over.clone());
        Some(Waiter { method: index, ids, path, done, failed, over, cancel, metrics })
    }

    fn sibling(&mut self, at: &Location, name: &str, names: &[&str]) -> Option<usize> {
        let found = names.iter().position(|sibling| *sibling == name);
        if found.is_none() {
            let help = match naming::nearest(name, names.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "name a method of the same service".to_owned(),
            };
            self.error(at, format!("`{name}` is no method of this service"), help);
        }
        found
    }

    fn waiter_ids(&mut self, starter: &Method, waiter: &spec::Waiter) -> Vec<WaiterId> {
        let mut ids = Vec::new();
        for (param, at, path) in waiter.ids.iter() {
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
                let message = format!("`{field}` is no required string of the method's {what}");
                self.error(at, message, "name the property that holds the id");
            }
            ids.push(WaiterId { param: param.to_owned(), in_result, field: field.to_owned() });
        }
        ids
    }

    /// Checks that a method can be called with the ids, and perhaps a list.
    fn check_taken(&mut self, at: &Location, method: &Method, ids: &[WaiterId], list: Option<&str>) {
        let fields = self.object_of(&method.params).map(|object| object.fields.clone()).unwrap_or_default();
        for field in fields.iter().filter(|field| field.required && list != Some(field.wire.as_str())) {
            if !ids.iter().any(|id| id.param == field.wire) {
                let message = format!("`{}` needs `{}`, which is not among the `ids`", method.wire, field.wire);
                self.error(at, message, "say under `ids` where it comes from");
            }
        }
        for id in ids {
            if !fields.iter().any(|field| field.wire == id.param && field.required && field.ty == Type::String) {
                let message = format!("`{}` is no required string of the params of `{}`", id.param, method.wire);
                self.error(at, message, "name under `ids` what the methods of the waiter take");
            }
        }
    }

    /// Checks that the result holds a union with the variants that end the work; the members on the way to it.
    fn check_stage(&mut self, at: &Location, result: &Type, waiter: &spec::Waiter) -> Vec<String> {
        let (members, tag) = match &waiter.path {
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
            let (message, help) = match &waiter.path {
                Some(path) => (
                    format!("`{path}` is no tag in the result of the named method"),
                    "write the path to the tag of a union, such as `status.state`",
                ),
                None => (
                    "the result of the named method is no union told apart by keys".to_owned(),
                    "give the `path` to the tag that tells the stage, such as `status.state`",
                ),
            };
            self.error(at, message, help);
            return members;
        };
        let place = waiter.path.as_deref().map_or("the result".to_owned(), |path| format!("`{path}`"));
        for stage in [&waiter.done, &waiter.failed].into_iter().filter(|stage| !tags.contains(stage)) {
            self.error(at, format!("`{stage}` is no value of {place}"), format!("use one of: {}", tags.join(", ")));
        }
        if waiter.done == waiter.failed {
            let message = format!("`{}` cannot be both the good end and the bad one", waiter.done);
            self.error(at, message, "give `done` and `failed` a value each");
        }
        members
    }

    /// Checks the three lists of metrics: counts, ranges and values.
    fn check_metrics(&mut self, at: &Location, list: &str, asked: &Method, fetch: &Method) {
        type Members<'a> = &'a [(&'a str, Type)];
        let lists: [(&Type, String, Members<'_>); 3] = [
            (
                &asked.result,
                format!("the result of `{}`", asked.wire),
                &[("name", Type::String), ("amount", Type::Uint32)],
            ),
            (
                &fetch.params,
                format!("the params of `{}`", fetch.wire),
                &[("name", Type::String), ("startIndex", Type::Uint32), ("amount", Type::Uint32)],
            ),
            (
                &fetch.result,
                format!("the result of `{}`", fetch.wire),
                &[("name", Type::String), ("startIndex", Type::Uint32)],
            ),
        ];
        for (position, (holder, what, members)) in lists.into_iter().enumerate() {
            let items = self.object_of(holder).and_then(|object| object.field(list)).filter(|field| field.required);
            let item = match items.map(|field| &field.ty) {
                Some(Type::List(items)) => self.object_of(items),
                _ => None,
            };
            // Values hold anything, a list of it.
            let has_entries = position < 2
                || item.and_then(|item| item.field("entries")).is_some_and(|field| matches!(field.ty, Type::List(_)));
            if !has_entries || !members.iter().all(|(name, ty)| is(item, name, ty)) {
                let mut names: Vec<&str> = members.iter().map(|(name, _)| *name).collect();
                if position == 2 {
                    names.push("entries");
                }
                let message = format!("`{list}` in {what} is no array of objects with {}", names.join(", "));
                self.error(at, message, "see `metrics` in schema/README.md for the three lists it needs");
            }
        }
    }
}

/// Whether a property is there, required, and of that type.
fn is(object: Option<&Object>, name: &str, ty: &Type) -> bool {
    object.and_then(|object| object.field(name)).is_some_and(|field| field.required && field.ty == *ty)
}

//! Parts of the generated Rust, as they stand there.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::code::{block, dedent};
use super::reach::Reached;
use super::{Site, method::details};
use crate::ir::{Method, Owner, Service, TypeDef};
use crate::{Files, naming};

/// Items of the generated module, by file.
pub(super) struct Excerpts {
    files: Files,
    /// Structs and enums, by folder or file, and name.
    items: BTreeMap<(String, String), String>,
}

impl Excerpts {
    pub(super) fn new(files: Files) -> Self {
        let mut items = BTreeMap::new();
        for (path, text) in &files {
            let place = path.split_once('/').map_or(path.as_str(), |(folder, _)| folder);
            let place = place.trim_end_matches(".rs");
            items.extend(self::items(text).into_iter().map(|(name, text)| ((place.to_owned(), name), text)));
        }
        Self { files, items }
    }

    pub(super) fn item(&self, place: &str, name: &str) -> Option<&str> {
        self.items.get(&(place.to_owned(), name.to_owned())).map(String::as_str)
    }

    /// The lines of the function that makes a call, docs included.
    fn function(&self, service: &Service, method: &Method) -> Vec<&str> {
        let (folder, file) = (naming::service_module(service), naming::method_module(method));
        let text = self.files.get(&format!("{folder}/{file}.rs"));
        let client = format!("impl {} {{", naming::service_client(service));
        let lines = text.into_iter().flat_map(|text| text.lines());
        lines.skip_while(|line| *line != client).skip(1).take_while(|line| *line != "}").collect()
    }

    /// The example of a call, which is compiled with the docs it stands in.
    pub(super) fn example(&self, service: &Service, method: &Method) -> String {
        let lines = self.function(service, method).into_iter().filter_map(|line| line.trim_start().strip_prefix("///"));
        let inside = lines.skip_while(|line| !line.trim_start().starts_with("```")).skip(1);
        let inside =
            inside.take_while(|line| line.trim_start() != "```").map(|line| line.strip_prefix(' ').unwrap_or(line));
        // Hidden lines, as rustdoc has them.
        inside.filter(|line| *line != "#" && !line.starts_with("# ")).map(|line| format!("{line}\n")).collect()
    }

    fn signature(&self, service: &Service, method: &Method) -> String {
        let lines = self.function(service, method).into_iter();
        let mut text = String::new();
        for line in lines.skip_while(|line| !line.trim_start().starts_with("pub fn")) {
            let line = line.strip_prefix("    ").unwrap_or(line);
            let end = line.strip_suffix(" {");
            let _ = writeln!(text, "{}", end.unwrap_or(line));
            if end.is_some() {
                break;
            }
        }
        text
    }
}

/// The structs and enums of a file with their docs, without attributes.
fn items(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut docs = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let bare = line.trim_start();
        let rest = bare.strip_prefix("pub struct ").or_else(|| bare.strip_prefix("pub enum "));
        if let Some(rest) = rest {
            let name: String = rest.chars().take_while(|it| it.is_alphanumeric() || *it == '_').collect();
            let mut item = format!("{docs}{line}\n");
            if !line.ends_with(';') && !line.ends_with("{}") {
                let end = format!("{}}}", line.get(..line.len().saturating_sub(bare.len())).unwrap_or_default());
                let mut attribute = false;
                for line in lines.by_ref() {
                    attribute |= line.trim_start().starts_with("#[");
                    if !attribute {
                        let _ = writeln!(item, "{line}");
                    }
                    attribute &= !line.ends_with(']');
                    if line == end {
                        break;
                    }
                }
            }
            found.push((name, dedent(&item)));
        }
        if bare.starts_with("///") {
            let _ = writeln!(docs, "{}", without_links(line));
        } else if !bare.starts_with("#[") && !bare.starts_with(")]") {
            docs.clear();
        }
    }
    found
}

/// A line of docs with the text of its links alone; here they lead nowhere.
fn without_links(line: &str) -> String {
    let mut parts = line.split("](");
    let first = parts.next().unwrap_or_default().to_owned();
    let rest = parts.map(|part| part.split_once(')').map_or(part, |(_, rest)| rest));
    rest.fold(first, |text, rest| text + rest).replace("[`", "`").replace("`]", "`")
}

pub(super) fn method_name(method: &Method) -> String {
    naming::method_name(method)
}

/// The module of a type, and its name there.
pub(super) fn place(site: &Site<'_>, definition: &TypeDef) -> (String, String) {
    let module = match definition.owner {
        Owner::Shared(_) => "types".to_owned(),
        Owner::Errors => "errors".to_owned(),
        Owner::Method(service, _) | Owner::Event(service, _) => {
            site.api.services.get(service).map(naming::service_module).unwrap_or_default()
        }
    };
    (module, naming::type_name(site.api, definition))
}

/// The address of a type in rustdoc.
pub(super) fn type_doc(site: &Site<'_>, definition: &TypeDef) -> Option<String> {
    let (module, name) = place(site, definition);
    let text = site.rust.item(&module, &name)?;
    let kind = if text.lines().any(|line| line.starts_with("pub enum")) { "enum" } else { "struct" };
    Some(format!("../../doc/decthings/api/{module}/{kind}.{name}.html"))
}

/// The address of a method in rustdoc.
pub(super) fn method_doc(service: &Service, method: &Method) -> String {
    let (module, client) = (naming::service_module(service), naming::service_client(service));
    format!("../../doc/decthings/api/{module}/struct.{client}.html#method.{}", method_name(method))
}

/// What the view shows of a method.
pub(super) fn view(site: &Site<'_>, service: &Service, method: &Method, reached: &Reached) -> String {
    let place = naming::service_module(service);
    let item = |name: &str| site.rust.item(&place, name).map(block).unwrap_or_default();
    let named = |ty: &crate::ir::Type| match ty {
        crate::ir::Type::Named(id) => site.api.get(*id).and_then(|definition| {
            let (module, name) = self::place(site, definition);
            site.rust.item(&module, &name).map(block)
        }),
        _ => None,
    };
    let types = details(site, reached, |definition| {
        let (module, name) = self::place(site, definition);
        Some((name.clone(), site.rust.item(&module, &name)?.to_owned()))
    });
    let sets = method.error_sets.iter().filter_map(|index| site.api.error_sets.get(*index));
    let sets = sets.filter_map(|set| site.rust.item("errors", &naming::error_set_type(set).to_string()).map(block));
    let errors = item(&naming::method_error(method).to_string()) + &sets.collect::<String>();
    let doc = method_doc(service, method);
    format!(
        "<h2>Request parameters</h2>\n{}{}<h2>Response</h2>\n{}<h2>Errors</h2>\n{}{types}<h2>Example</h2>\n\
         <p>The client comes from <code>decthings::Client::builder().api_key_file(\"auth.txt\").build()?</code>. \
         Create an API key, save it to that file, and keep it safe. More in the <a href=\"{doc}\">docs of the crate</a>.</p>\n{}",
        block(&site.rust.signature(service, method)),
        named(&method.params).unwrap_or_default(),
        named(&method.result).unwrap_or_default(),
        errors,
        block(&site.rust.example(service, method)),
    )
}

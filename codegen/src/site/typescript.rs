//! Parts of the TypeScript declarations, and calls in TypeScript.

use super::Site;
use super::code::{block, dedent};
use super::method::details;
use super::reach::Reached;
use super::sample::{self, Sample};
use crate::ir::{Method, Owner, Service, TypeDef};
use crate::naming::case;

/// The exported declarations.
pub(super) struct Declarations {
    text: String,
    prefix: String,
}

impl Declarations {
    pub(super) fn new(text: String, prefix: &str) -> Self {
        Self { text, prefix: prefix.to_owned() }
    }

    /// A shared type with its docs.
    pub(super) fn named(&self, definition: &TypeDef) -> Option<String> {
        if !matches!(definition.owner, Owner::Shared(_)) {
            return None;
        }
        let start = format!("export type {} =", definition.name);
        self.text.split("\n\n").find(|part| part.lines().any(|line| line.starts_with(&start))).map(str::to_owned)
    }

    fn tensor(&self) -> String {
        let start = format!("export interface {}Tensor {{", self.prefix);
        let found = self.text.split("\n\n").find(|part| part.lines().any(|line| line.starts_with(&start)));
        found.unwrap_or_default().to_owned()
    }

    /// The request and the answer of a method.
    fn ends(&self, service: &Service, method: &Method) -> (String, String) {
        let interface = format!("export interface {}Rpc {{\n", case::upper_camel(&service.wire));
        let body = self.text.split_once(&interface).map(|(_, rest)| rest).unwrap_or_default();
        let body = body.split_once("\n}\n").map_or(body, |(body, _)| body);
        let start = format!("    {}(", method.wire);
        let lines = body.lines().skip_while(|line| !line.starts_with(&start));
        let mut text = String::new();
        for line in lines {
            text.push_str(line);
            text.push('\n');
            if line == "    }>;" {
                break;
            }
        }
        let text = dedent(text.strip_prefix("    ").map(|_| text.as_str()).unwrap_or_default());
        let (request, answer) = text.split_once("): Promise<").unwrap_or((&text, ""));
        let request = request.split_once('(').map(|(_, params)| params).unwrap_or_default();
        let request = request.strip_prefix("params: ").unwrap_or("// none");
        (request.to_owned(), answer.trim_end().trim_end_matches(">;").to_owned())
    }
}

/// What the view shows of a method.
pub(super) fn view(site: &Site<'_>, service: &Service, method: &Method, reached: &Reached) -> String {
    let (request, answer) = site.typescript.ends(service, method);
    let mut types = details(site, reached, |it| Some((it.name.clone(), site.typescript.named(it)?)));
    if reached.tensors {
        let name = format!("{}Tensor", site.api.type_prefix);
        types
            .push_str(&format!("<details><summary>{name}</summary>\n{}</details>\n", block(&site.typescript.tensor())));
    }
    format!(
        "<h2>Request parameters</h2>\n{}<h2>Response</h2>\n{}{types}<h2>Example</h2>\n\
         <p>Install <code>@decthings/api-client</code>, and run this in Node.js, or in a browser with a bundler (there, without <code>fs</code>). \
         It reads your API key from a file: create a key, save it to <code>auth.txt</code>, and keep it safe.</p>\n{}",
        block(&request),
        block(&answer),
        block(&example(site, service, method)),
    )
}

fn example(site: &Site<'_>, service: &Service, method: &Method) -> String {
    let params = match sample::of(site.api, &method.params) {
        Sample::Object(members) if members.is_empty() => String::new(),
        params => literal(&params, 2),
    };
    let mut client = service.wire.clone();
    // A name of capitals alone is small as a whole.
    match client.chars().all(char::is_uppercase) {
        true => client = client.to_lowercase(),
        false => {
            client = case::upper_camel(&client)
                .char_indices()
                .map(|(at, it)| if at == 0 { it.to_ascii_lowercase() } else { it })
                .collect()
        }
    }
    format!(
        "import * as fs from 'fs'\nimport {{ DecthingsClient }} from '@decthings/api-client'\n\n\
         const apiKey = fs.readFileSync('./auth.txt').toString().trim()\nconst client = new DecthingsClient({{ apiKey }})\n\n\
         async function main() {{\n    try {{\n        const response = await client.{client}.{}({params})\n\
         \x20       if (response.error) {{\n            // The API refused the call.\n            console.log(response.error)\n\
         \x20       }} else {{\n            console.log(response.result)\n        }}\n    }} catch (e) {{\n\
         \x20       // The connection failed. The call may or may not have arrived.\n        console.log(e)\n    }}\n}}\n\nmain()\n",
        method.wire
    )
}

fn literal(sample: &Sample, depth: usize) -> String {
    let (pad, end) = ("    ".repeat(depth.saturating_add(1)), "    ".repeat(depth));
    match sample {
        Sample::Json(serde_json::Value::String(text)) => {
            format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
        }
        Sample::Json(value) => value.to_string(),
        Sample::Bytes => "new TextEncoder().encode('bytes')".to_owned(),
        Sample::Base64 => "new TextEncoder().encode('name')".to_owned(),
        Sample::Tensor => "tensor /* yours */".to_owned(),
        Sample::List(items) => {
            let items: Vec<String> = items.iter().map(|item| literal(item, depth)).collect();
            format!("[{}]", items.join(", "))
        }
        Sample::Object(members) if members.is_empty() => "{}".to_owned(),
        Sample::Object(members) => {
            let lines =
                members.iter().map(|it| format!("{pad}{}: {}", it.name, literal(&it.value, depth.saturating_add(1))));
            format!("{{\n{}\n{end}}}", lines.collect::<Vec<_>>().join(",\n"))
        }
    }
}

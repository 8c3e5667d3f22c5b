//! Types and calls in TypeScript.

use super::html::{block, escape};
use super::reach::{Reached, details};
use super::sample::{self, Sample};
use crate::export::typescript;
use crate::ir::{Api, Method, Service};
use crate::naming::case;

/// What the view shows of a method.
pub(super) fn view(api: &Api, service: &Service, method: &Method, reached: &Reached) -> String {
    let request = typescript::request(api, method).unwrap_or_else(|| "// none".to_owned());
    let mut types = details(api, reached, |id, it| Some((it.name.clone(), typescript::shared_type(api, id)?)));
    if reached.tensors {
        let (prefix, tensor) = (&api.type_prefix, block(&typescript::tensor(&api.type_prefix)));
        types.push_str(&format!("<details><summary>{prefix}Tensor</summary>\n{tensor}</details>\n"));
    }
    format!(
        "<h2>Request parameters</h2>\n{}<h2>Response</h2>\n{}{types}{}",
        block(&request),
        block(&typescript::response(api, method)),
        example(api, service, method).unwrap_or_default(),
    )
}

/// A call by the client for TypeScript, if there is one.
fn example(api: &Api, service: &Service, method: &Method) -> Option<String> {
    let (package, class) = api.typescript_client.as_ref()?;
    let params = match sample::of(api, &method.params) {
        Sample::Object(members) if members.is_empty() => String::new(),
        params => literal(&params, 2),
    };
    let (service, method) = (case::lower_camel(&service.wire), &method.wire);
    let code = format!(
        "import * as fs from 'fs'\nimport {{ {class} }} from '{package}'\n\n\
         const apiKey = fs.readFileSync('./auth.txt').toString().trim()\nconst client = new {class}({{ apiKey }})\n\n\
         async function main() {{\n    try {{\n        const response = await client.{service}.{method}({params})\n\
         \x20       if (response.error) {{\n            // The API rejected the call.\n            console.log(response.error)\n\
         \x20       }} else {{\n            console.log(response.result)\n        }}\n    }} catch (e) {{\n\
         \x20       // The connection failed. The call may or may not have arrived.\n        console.log(e)\n    }}\n}}\n\nmain()\n"
    );
    Some(format!(
        "<h2>Example</h2>\n<p>Install <code>{}</code>, and run this in Node.js, or in a browser with a bundler (there, \
         without <code>fs</code>). It reads your API key from a file: create a key, save it to <code>auth.txt</code>, and \
         keep it safe.</p>\n{}",
        escape(package),
        block(&code)
    ))
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

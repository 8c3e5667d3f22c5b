//! Where pages are, and what is around their content.

use super::prose::escape;
use crate::ir::{Api, Method, Owner, Service, TypeDef};
use crate::naming::case;

/// The ways to look at the API: id and label.
pub(super) const VIEWS: [(&str, &str); 4] =
    [("rust", "Rust"), ("typescript", "TypeScript"), ("python", "Python"), ("frame", "Raw frame")];

/// What a page shows in one of the views.
pub(super) struct View {
    /// Its id, out of [`VIEWS`].
    pub(super) id: &'static str,
    /// The content.
    pub(super) html: String,
}

pub(super) fn service(service: &Service) -> String {
    format!("{}/index.html", case::kebab(&service.wire))
}

pub(super) fn method(service: &Service, method: &Method) -> String {
    format!("{}/{}.html", case::kebab(&service.wire), method.wire)
}

pub(super) fn type_path(api: &Api, definition: &TypeDef) -> String {
    let folder = match definition.owner {
        Owner::Shared(_) => String::new(),
        Owner::Errors => "error-".to_owned(),
        Owner::Method(service, _) | Owner::Event(service, _) => {
            api.services.get(service).map(|service| case::kebab(&service.wire) + "-").unwrap_or_default()
        }
    };
    format!("types/{folder}{}.html", definition.name)
}

/// A whole document. `root` leads to the folder of the site; `trail` is the way to the page: addresses and names.
pub(super) fn document(root: &str, title: &str, trail: &[(String, String)], views: &[View], body: &str) -> String {
    let trail: String = trail
        .iter()
        .map(|(path, name)| {
            format!("<a href=\"{root}{path}\">{}</a> <span aria-hidden=\"true\">/</span> ", escape(name))
        })
        .collect();
    let switch = if views.is_empty() { String::new() } else { switch() };
    let sections: String = views
        .iter()
        .map(|view| format!("<section class=\"view\" id=\"{}\">\n{}</section>\n", view.id, view.html))
        .collect();
    let (before, after) = body.split_once("<!--views-->").unwrap_or((body, ""));
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\" data-root=\"{root}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title}</title>\n\
         <link rel=\"icon\" href=\"data:,\">\n\
         <link rel=\"stylesheet\" href=\"{root}assets/style.css\">\n\
         <script src=\"{root}assets/search.js\" defer></script>\n\
         <script src=\"{root}assets/site.js\" defer></script>\n</head>\n<body>\n<header>\n\
         <nav aria-label=\"Way here\">{trail}</nav>\n\
         <div class=\"search\"><input type=\"search\" id=\"search\" placeholder=\"Search (press /)\" \
         aria-label=\"Search\" autocomplete=\"off\"><ol id=\"results\" hidden></ol></div>\n\
         </header>\n<main>\n<h1>{title}</h1>\n{before}{switch}{sections}{after}</main>\n</body>\n</html>\n",
        title = escape(title)
    )
}

fn switch() -> String {
    let links: String = VIEWS.iter().map(|(id, label)| format!("<a href=\"#{id}\">{label}</a>")).collect();
    format!("<nav class=\"switch\" aria-label=\"View\">{links}</nav>\n")
}

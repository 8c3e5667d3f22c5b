//! Where pages are, and what is around their content.

use super::MARK;
use super::html::escape;
use crate::ir::types::{Owner, TypeDef};
use crate::ir::{Api, Method, Service};
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

/// A page.
pub(super) struct Document {
    /// The relative path to the folder of the site.
    pub(super) root: &'static str,
    pub(super) title: String,
    /// Addresses and names of the pages above this one.
    pub(super) trail: Vec<(String, String)>,
    /// Content before the views, or all of it.
    pub(super) before: String,
    pub(super) views: Vec<View>,
    pub(super) after: String,
}

impl Document {
    pub(super) fn html(&self) -> String {
        let Self { root, title, before, after, .. } = self;
        let trail: String = self
            .trail
            .iter()
            .map(|(path, name)| {
                format!("<a href=\"{root}{path}\">{}</a> <span aria-hidden=\"true\">/</span> ", escape(name))
            })
            .collect();
        let switch = if self.views.is_empty() { String::new() } else { switch() };
        let sections: String = self
            .views
            .iter()
            .map(|view| format!("<section class=\"view\" id=\"{}\">\n{}</section>\n", view.id, view.html))
            .collect();
        format!(
            "<!DOCTYPE html>\n<html lang=\"en\" data-root=\"{root}\">\n<head>\n<meta charset=\"utf-8\">\n{MARK}\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title}</title>\n\
             <link rel=\"icon\" href=\"data:,\">\n\
             <link rel=\"stylesheet\" href=\"{root}assets/style.css\">\n\
             <script src=\"{root}assets/search.js\" defer></script>\n\
             <script src=\"{root}assets/site.js\" defer></script>\n</head>\n<body>\n<header>\n\
             <nav aria-label=\"Breadcrumb\">{trail}</nav>\n\
             <div class=\"search\"><input type=\"search\" id=\"search\" placeholder=\"Search (press /)\" \
             aria-label=\"Search\" autocomplete=\"off\"><ol id=\"results\" hidden></ol></div>\n\
             </header>\n<main>\n<h1>{title}</h1>\n{before}{switch}{sections}{after}</main>\n</body>\n</html>\n",
            title = escape(title)
        )
    }
}

fn switch() -> String {
    let links: String = VIEWS.iter().map(|(id, label)| format!("<a href=\"#{id}\">{label}</a>")).collect();
    format!("<nav class=\"switch\" aria-label=\"View\">{links}</nav>\n")
}

/// Text with code between backticks marked, and methods that are mentioned linked.
pub(super) fn inline(api: &Api, root: &str, text: &str) -> String {
    let pieces = text.split('`').enumerate().map(|(index, piece)| match index % 2 {
        0 => escape(piece),
        _ => match mentioned(api, piece) {
            Some(path) => format!("<a href=\"{root}{path}\"><code>{}</code></a>", escape(piece)),
            None => format!("<code>{}</code>", escape(piece)),
        },
    });
    pieces.collect()
}

pub(super) fn paragraph(api: &Api, root: &str, text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("<p>{}</p>\n", inline(api, root, text)) }
}

fn mentioned(api: &Api, name: &str) -> Option<String> {
    let (service, method) = name.split_once('.')?;
    let service = api.services.iter().find(|candidate| candidate.wire == service)?;
    let method = service.methods.iter().find(|candidate| candidate.wire == method)?;
    Some(self::method(service, method))
}

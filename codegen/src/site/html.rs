//! Pieces of HTML.

pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A block of code, with its comments distinguished.
pub(super) fn block(text: &str) -> String {
    let lines: Vec<String> = text.trim_end().lines().map(line).collect();
    format!("<pre><code>{}</code></pre>\n", lines.join("\n"))
}

fn line(text: &str) -> String {
    let is_comment = ["//", "/*", "* ", "*/", "# "].iter().any(|start| text.trim_start().starts_with(start));
    let is_comment = is_comment || text.trim() == "*";
    if is_comment { format!("<i>{}</i>", escape(text)) } else { escape(text) }
}

/// A titled part of a page; nothing when there is nothing in it.
pub(super) fn part(title: &str, html: &str) -> String {
    if html.is_empty() { String::new() } else { format!("<h2>{title}</h2>\n{html}") }
}

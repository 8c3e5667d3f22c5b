//! What a compiler would notice first, without one: code that does not parse, and modules without a file.

use std::collections::{BTreeMap, BTreeSet};

use syn::Item;

type Files = BTreeMap<String, String>;

/// What is wrong with generated files; nothing if all is well.
pub fn mistakes(files: &Files) -> Vec<String> {
    let mut mistakes = Vec::new();
    let mut paths = BTreeSet::new();
    let mut declared = BTreeSet::from(["mod.rs".to_owned()]);
    for (path, text) in files {
        let Some((folder, name)) = path.rsplit_once('/').or(Some(("", path))) else { continue };
        let stem = name.trim_end_matches(".rs").to_lowercase();
        if !paths.insert(path.to_lowercase()) || is_device(&stem) || path.split('/').any(|name| name.len() > 255) {
            mistakes.push(format!("{path} cannot be a file everywhere"));
        }
        if !path.ends_with(".rs") {
            declared.insert(path.clone());
            continue;
        }
        match syn::parse_file(text) {
            Err(error) => mistakes.push(format!("{path} is not Rust: {error}")),
            Ok(file) => {
                for item in &file.items {
                    if let Item::Mod(module) = item {
                        let name = module.ident.to_string().trim_start_matches("r#").to_owned();
                        let parent = if folder.is_empty() { name } else { format!("{folder}/{name}") };
                        let file = [format!("{parent}.rs"), format!("{parent}/mod.rs")];
                        match file.iter().find(|file| files.contains_key(*file)) {
                            Some(file) => drop(declared.insert(file.clone())),
                            None => mistakes.push(format!("{path} declares the module {parent}, which has no file")),
                        }
                    }
                }
            }
        }
    }
    mistakes.extend(files.keys().filter(|path| !declared.contains(*path)).map(|path| format!("no module is {path}")));
    mistakes
}

/// Whether Windows has no file of that name.
fn is_device(stem: &str) -> bool {
    let numbered = ["com", "lpt"].iter().filter_map(|device| stem.strip_prefix(device));
    ["aux", "con", "nul", "prn"].contains(&stem)
        || numbered.into_iter().any(|number| number.len() == 1 && number != "0")
}

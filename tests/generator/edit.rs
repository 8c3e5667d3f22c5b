//! Edits of a definition's text: formatting, new methods, and diagnostics that point into the text.

use std::fs;

use decthings_codegen::edit::{EditError, new_method};
use decthings_codegen::{Options, Source, format, load};
use decthings_tests::{Dice, folders, repository};
use serde_json::Value;

fn definitions() -> Vec<(String, String)> {
    let mut definitions: Vec<(String, String)> = ["ok", "revisions"]
        .into_iter()
        .flat_map(|kind| folders(&repository("tests/data/fixtures").join(kind)))
        .map(|(name, folder)| (name, fs::read_to_string(folder.join("definition.json")).unwrap()))
        .collect();
    definitions.push(("decthings".into(), ours()));
    definitions
}

fn ours() -> String {
    fs::read_to_string(repository("schema/decthings.json")).unwrap()
}

fn formatted(text: &str) -> String {
    format(&Source::new("definition.json", text)).unwrap_or_else(|report| panic!("{report}"))
}

#[test]
fn the_definition_is_formatted() {
    assert!(formatted(&ours()) == ours(), "run `cargo xtask fmt-schema`");
}

#[test]
fn formatting_keeps_the_meaning_and_is_idempotent() {
    for (name, text) in definitions() {
        let once = formatted(&text);
        assert_eq!(formatted(&once), once, "{name}");
        let value = |text: &str| serde_json::from_str::<Value>(text).unwrap();
        assert!(value(&text) == value(&once), "{name}: {once}");
        let rust = |text: &str| {
            let api = load(&Source::new("definition.json", text)).unwrap_or_else(|report| panic!("{name}: {report}"));
            decthings_codegen::rust(&api, None, &Options::default()).unwrap()
        };
        if text != once {
            assert!(rust(&text) == rust(&once), "{name}: the order of something that has one is lost");
        }
        assert!(
            once.lines().all(|line| line.chars().count() <= 120 || line.matches('"').count() <= 4),
            "{name}: {once}"
        );
    }
}

#[test]
fn formatting_sorts_keywords_and_keeps_values() {
    let text = r#"{"services": {"Shop": {"methods": {"z": {"result": {"properties": {}, "type": "object"},
        "params": {"properties": {"b": {"default": 1e2, "format": "double", "type": "number", "description": "\u0041."},
        "a": {"type": "string"}}, "type": "object"}, "description": "Z."}, "a": {}}, "description": "S."}},
        "title": "T", "unknown": {"b": 1, "a": [ ]}}"#;
    let expected = r#"{
  "title": "T",
  "services": {
    "Shop": {
      "description": "S.",
      "methods": {
        "z": {
          "description": "Z.",
          "params": {
            "type": "object",
            "properties": {
              "b": {"description": "\u0041.", "type": "number", "format": "double", "default": 1e2},
              "a": {"type": "string"}
            }
          },
          "result": {"type": "object", "properties": {}}
        },
        "a": {}
      }
    }
  },
  "unknown": {"b": 1, "a": []}
}
"#;
    assert_eq!(formatted(text), expected);
}

#[test]
fn invalid_json_cannot_be_formatted() {
    let report = format(&Source::new("definition.json", "{\"title\": }")).unwrap_err();
    assert!(report.to_string().contains("invalid JSON"), "{report}");
}

#[test]
fn a_new_method_is_valid_and_changes_nothing_else() {
    for (name, text) in definitions() {
        let services = serde_json::from_str::<Value>(&text).unwrap()["services"].as_object().unwrap().clone();
        // The whole definition is large, and one of its services is enough.
        for service in services.keys().take(if name == "decthings" { 1 } else { usize::MAX }) {
            let source = Source::new("definition.json", text.as_str());
            let edited =
                new_method(&source, &format!("{service}.entirelyNew")).unwrap_or_else(|e| panic!("{name}: {e}"));
            let start = edited.text.bytes().zip(text.bytes()).take_while(|(new, old)| new == old).count();
            let end = edited.text.bytes().rev().zip(text.bytes().rev()).take_while(|(new, old)| new == old).count();
            assert!(start + end >= text.len(), "{name}: more than an addition changed");
            let line = edited.text.lines().nth(edited.line - 1).unwrap();
            assert!(line.trim_start().starts_with("\"entirelyNew\": {"), "{name}: line {} is {line}", edited.line);
            let api = load(&Source::new("definition.json", edited.text)).unwrap_or_else(|r| panic!("{name}: {r}"));
            let service = api.services.iter().find(|known| known.wire == *service).unwrap();
            assert_eq!(service.methods.last().unwrap().wire, "entirelyNew");
        }
    }
}

#[test]
fn a_new_method_is_formatted_and_has_the_usual_errors() {
    let edited = new_method(&Source::new("definition.json", ours()), "Model.rename").unwrap();
    assert_eq!(formatted(&edited.text), edited.text);
    let value: Value = serde_json::from_str(&edited.text).unwrap();
    assert_eq!(value["services"]["Model"]["methods"]["rename"]["errorSets"], serde_json::json!(["common"]));
}

#[test]
fn invalid_new_methods_are_rejected() {
    let rejected = |text: &str, name: &str| match new_method(&Source::new("definition.json", text), name) {
        Err(EditError::Request { message, help }) => format!("{message}; {help}"),
        Err(EditError::Definition(report)) => report.to_string(),
        Ok(edited) => panic!("{}", edited.text),
    };
    let text = fs::read_to_string(repository("tests/data/fixtures/revisions/2/definition.json")).unwrap();
    let cases = [
        ("Shop.buy", "`Shop.buy` exists already"),
        ("Shpo.sell", "there is no service `Shpo`; did you mean `Shop`?"),
        ("Kitchen.cook", "there is no service `Kitchen`; add the service"),
        ("sell", "`sell` is not the name of a method; write `Service.method`"),
        ("Shop.Sell", "`Sell` is not a method name"),
        ("Shop.", "`` is not a method name"),
        ("Shop.sell-more", "`sell-more` is not a method name"),
        ("Shop.sell_more", "`sell_more` is not a method name"),
        ("Shop.sell.more", "`sell.more` is not a method name"),
    ];
    for (name, expected) in cases {
        let message = rejected(&text, name);
        assert!(message.contains(expected), "{name}: {message}");
    }
    // Unused in the definition, but taken in the generated code.
    let taken = text.replace("Paint", "SellRequest");
    assert!(rejected(&taken, "Shop.sell").contains("are both `SellRequest` in Rust"));
    let broken = text.replacen("\"description\"", "\"descriptoin\"", 1);
    assert!(rejected(&broken, "Shop.sell").contains("unknown keyword `descriptoin`"));
}

#[test]
fn diagnostics_render_at_any_place() {
    let mut dice = Dice::new(7);
    let texts: Vec<String> =
        definitions().into_iter().filter(|(name, _)| name != "decthings").map(|(_, t)| t).collect();
    let mut shown = 0;
    for _ in 0..400 {
        let mut bytes = texts[dice.roll(texts.len())].clone().into_bytes();
        for _ in 0..=dice.roll(3) {
            let at = dice.roll(bytes.len());
            bytes.splice(at..at + 1, b"\"\n{\xc3\xa4\t, 7\r".iter().copied().take(dice.roll(9)));
        }
        let Err(report) = load(&Source::new("ä.json", String::from_utf8_lossy(&bytes).into_owned())) else { continue };
        let (plain, coloured) = (report.to_string(), report.coloured());
        assert!(plain.starts_with("error: ") && plain.contains("--> ä.json:"), "{plain}");
        assert!(!plain.contains('\u{1b}') && coloured.contains('\u{1b}'), "{plain}");
        shown += 1;
    }
    assert!(shown > 200, "hardly any mistake was noticed: {shown}");
}

#[test]
fn diagnostics_underline_several_lines() {
    let text = r#"{
  "title": "Shop", "description": "A shop.",
  "services": {"Shop": {"description": "Sells.", "methods": {"buy": {
    "description": "Buys.", "params": {"type": "object", "properties": {}},
    "result": {
      "type": "string"
    }
  }}}}
}"#;
    let report = load(&Source::new("definition.json", text)).unwrap_err().to_string();
    let underlined = "\
5 |       \"result\": {
  |  _______________^
6 | |       \"type\": \"string\"
7 | |     }
  | |_____^";
    assert!(report.contains(underlined), "{report}");
}

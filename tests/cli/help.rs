//! Help, completions and manual pages.

use decthings_tests::{difference, repository};

use super::program::Program;

/// `BLESS=1` writes the pages, for a review with `git diff`.
#[test]
fn pages_are_as_reviewed() {
    for (name, arguments) in [
        ("decthings", "--help"),
        ("dataset", "dataset --help"),
        ("dataset-import", "dataset import --help"),
        ("train", "model train --help"),
        ("train-short", "model train -h"),
        ("get-models", "model get-models --help"),
        ("login", "login --help"),
    ] {
        let page = Program::alone().run(arguments).ok();
        let path = repository("tests/data/help").join(format!("{name}.txt"));
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(&path, page.text()).unwrap();
            continue;
        }
        let reviewed = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(reviewed == page.text(), "{name}:\n{}", difference(&reviewed, page.text(), name));
    }
}

#[test]
fn the_program_lists_services_and_its_own_commands() {
    let help = Program::alone().run("--help").ok();
    for line in [
        "Trains and runs machine-learning models",
        "  model                Models: code or a preset",
        "  persistent-launcher  Persistent launchers",
        "  watch ",
        "  completions ",
    ] {
        assert!(help.text().contains(line), "{line}: {}", help.text());
    }
}

#[test]
fn a_service_lists_its_methods_with_their_first_sentence() {
    let help = Program::alone().run("model --help").ok();
    assert!(help.text().contains("  train\n          Starts a training session, which continues"), "{}", help.text());
    assert!(!help.text().contains("Follow it with `Model.getTraining"), "{}", help.text());
}

#[test]
fn a_method_explains_its_parameters() {
    let help = Program::alone().run("model train --help").ok();
    for part in [
        "--model-id <TEXT>",
        "Id of the model.",
        "--params [<NAME=VALUE>]",
        "--execution-location <JSON|@FILE>",
        "--execution-location.spec.memory-mebibytes <INT>",
        "--state-id <TEXT>",
        "Id of the state to start from. Default: the active state.",
        "--watch",
        "dataset_not_found",
    ] {
        assert!(help.text().contains(part), "{part}: {}", help.text());
    }
    assert!(!help.text().contains("--all"), "the method has no pages: {}", help.text());
}

#[test]
fn known_values_are_shown_and_unknown_ones_are_accepted() {
    let program = Program::alone();
    let help = program.run("language start-language-server --help").ok();
    assert!(help.text().contains("- python"), "{}", help.text());
    let sent = program.run("language start-language-server --model-id m --language cobol --dry-run").ok();
    assert!(sent.text().contains("\"language\": \"cobol\""), "{}", sent.text());
}

#[test]
fn mistakes_in_names_are_corrected() {
    for (arguments, expected) in [
        ("modle", "'model'"),
        ("model tran", "'train'"),
        ("model get-models --ofset 1", "'--offset'"),
        ("model delete-model", "--model-id <TEXT>"),
    ] {
        let run = Program::alone().run(arguments).failed(2);
        assert!(run.errors.contains(expected), "{arguments}: {}", run.errors);
    }
}

#[test]
fn commands_are_those_of_a_revision() {
    let program = Program::alone();
    let train = "model train --model-id m --version-id v --new-version-name n --params --execution-location persistentLauncher:p";
    let sent = program.run(&format!("{train} --dry-run --output json --revision weights")).ok().json();
    assert_eq!((&sent["json"]["versionId"], &sent["json"]["newVersionName"]), (&"v".into(), &"n".into()));
    program.run(&format!("{train} --dry-run")).failed(2);
    let mut command = program.command("model --help");
    let help = command.env("DECTHINGS_REVISION", "weights").output().unwrap();
    assert!(String::from_utf8(help.stdout).unwrap().contains("delete-model-version"));
    assert!(program.run("model get-models --revision other").failed(2).errors.contains("first, weights"));
}

#[test]
fn shells_complete_all_methods() {
    for shell in ["bash", "zsh", "fish"] {
        let script = Program::alone().run(&format!("completions {shell}")).ok();
        for word in ["get-training-status", "new-state-name"] {
            assert!(script.text().contains(word), "{shell}: {word}");
        }
    }
}

#[test]
fn there_are_manual_pages() {
    let program = Program::alone();
    program.run("man pages").ok();
    let page = std::fs::read_to_string(program.folder.join("pages/decthings-model-train.1")).unwrap();
    assert!(page.contains("Name of the state that the training creates"), "{page}");
}

//! What the programs of models can see and change.

use std::path::Path;
use std::sync::{Arc, Mutex};

use crate::own_code::serve;
use crate::support::{config, fresh, launcher, within};

#[tokio::test]
async fn program_gets_no_environment_and_leaves_nothing() {
    within(async {
        let (local, client, folder) = serve("good");
        let script = "#!/bin/sh\nenv >&2; pwd >&2; echo left > file; exit 4\n";
        std::fs::write(folder.path().join("main"), script).unwrap();
        let reports = Arc::new(Mutex::new(String::new()));
        drop((local, client));
        let own = reports.clone();
        let report = move |text: &str| own.lock().unwrap().push_str(text);
        let (local, client) = fresh(config().allow_processes(true).model("m", folder.path()).on_code_failure(report));
        let created = client.model().create_state("m", "a", [], launcher()).await.unwrap();
        let error = serde_json::to_value(created).unwrap()["failed"]["error"].take();
        assert_eq!((&error["code"], &error["exitCode"]), (&"code_terminated".into(), &4.into()), "{error}");
        local.shutdown().await;

        let report = reports.lock().unwrap().clone();
        let variables: Vec<&str> =
            report.lines().filter_map(|line| line.split_once('=')).map(|(name, _)| name).collect();
        // The shell adds some of its own.
        let allowed = ["IPC_PATH", "TMPDIR", "PATH", "PWD", "OLDPWD", "SHLVL", "_"];
        assert!(variables.contains(&"IPC_PATH"), "{report}");
        assert!(variables.iter().all(|name| allowed.contains(name)), "{report}");
        let folder_of_program = report.lines().last().unwrap();
        assert!(folder_of_program.starts_with('/') && !Path::new(folder_of_program).exists(), "{report}");
        assert!(!folder.path().join("file").exists());
    })
    .await;
}

/// Whether the kernel can confine programs.
#[cfg(target_os = "linux")]
fn has_landlock() -> bool {
    use landlock::{ABI, AccessFs, CompatLevel, Compatible as _, Ruleset, RulesetAttr as _};

    let rules = Ruleset::default().set_compatibility(CompatLevel::HardRequirement);
    rules.handle_access(AccessFs::from_write(ABI::V3)).and_then(|rules| rules.create()).is_ok()
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn program_changes_its_own_folder_only() {
    if !has_landlock() {
        println!("skipped: programs are not confined, for this kernel has no Landlock");
        return;
    }
    within(async {
        let (local, client, folder) = serve("good");
        let other = folder.path().join("other");
        let path = other.display();
        let script = format!(
            "#!/bin/sh\necho own > file && echo own > $TMPDIR/file && echo own > /dev/null || exit 5\n\
             if echo other > '{path}'; then exit 6; fi\n\
             if kill -0 $PPID; then exit 7; fi\nexit 4\n"
        );
        std::fs::write(folder.path().join("main"), script).unwrap();
        let created = client.model().create_state("m", "a", [], launcher()).await.unwrap();
        let error = serde_json::to_value(created).unwrap()["failed"]["error"].take();
        assert_eq!((&error["code"], &error["exitCode"]), (&"code_terminated".into(), &4.into()), "{error}");
        assert!(!other.exists());
        local.shutdown().await;
    })
    .await;
}

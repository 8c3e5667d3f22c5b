//! A folder with a definition, and the command in it.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

pub const DEFINITION: &str = r#"{
  "title": "Shop",
  "description": "A shop.",
  "services": {
    "Shop": {
      "description": "Sells things.",
      "methods": {
        "buy": {
          "description": "Buys a thing.",
          "params": {"type": "object", "properties": {"thing": {"type": "string"}}, "required": ["thing"]},
          "result": {"type": "object", "properties": {}}
        }
      }
    }
  }
}
"#;

/// A folder that goes with the test.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("decthings-xtask-{}-{name}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        let folder = Self(path);
        folder.write("shop.json", DEFINITION);
        folder
    }

    #[allow(dead_code)]
    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.0.join(name), text).unwrap();
    }

    #[allow(dead_code)]
    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.0.join(name)).unwrap()
    }

    pub fn command(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.0).args(arguments);
        command
    }

    /// Runs `cargo xtask …`: the exit code, and what it prints to both streams.
    #[allow(dead_code)]
    pub fn xtask(&self, arguments: &[&str]) -> (Option<i32>, String) {
        let Output { status, stdout, stderr } = self.command(env!("CARGO_BIN_EXE_xtask"), arguments).output().unwrap();
        (status.code(), String::from_utf8([stdout, stderr].concat()).unwrap())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

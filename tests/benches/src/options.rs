//! What the command line says.

use anyhow::{Result, bail, ensure};

/// What is measured, and how thoroughly.
#[derive(Debug, Default)]
pub struct Options {
    /// Shows that everything works: little data, one round, and no figures to quote.
    pub quick: bool,
    /// Names of groups; all if there are none.
    only: Vec<String>,
}

impl Options {
    pub fn parse(arguments: &[String], groups: &[&str]) -> Result<Self> {
        let mut options = Self::default();
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            match (argument.as_str(), arguments.as_slice()) {
                ("--quick", _) => options.quick = true,
                ("--only", [names, ..]) => {
                    options.only.extend(names.split(',').map(str::to_owned));
                    arguments.next();
                }
                _ => bail!("usage: decthings-benches [--quick] [--only {}]", groups.join(",")),
            }
        }
        for name in &options.only {
            ensure!(groups.contains(&name.as_str()), "no group {name}; there are {}", groups.join(", "));
        }
        Ok(options)
    }

    /// Whether a group is measured.
    pub fn wants(&self, group: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|name| name == group)
    }
}

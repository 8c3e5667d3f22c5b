//! The folders of the user, and files that are replaced as a whole.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy as _;

use crate::failure::Failure;

const NAME: &str = "decthings";

/// The folder with the configuration of this user.
#[derive(Clone, Debug)]
pub(crate) struct Folder(PathBuf);

impl Folder {
    /// `$XDG_CONFIG_HOME/decthings`, which is `~/.config/decthings` by default.
    pub(crate) fn of_user() -> Result<Self, Failure> {
        Ok(Self(strategy()?.config_dir().join(NAME)))
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Replaces a file, which only this user can read.
    pub(crate) fn replace(&self, name: &str, content: &str) -> Result<(), Failure> {
        create_private(&self.0)?;
        replace_file(&self.file(name), content.as_bytes())
    }
}

/// The folder in which unfinished work is recorded: `$XDG_STATE_HOME/decthings`, which is `~/.local/state/decthings` by
/// default.
pub(crate) fn state_folder() -> Result<PathBuf, Failure> {
    let strategy = strategy()?;
    let folder = strategy.state_dir().unwrap_or_else(|| strategy.data_dir()).join(NAME);
    create_private(&folder)?;
    Ok(folder)
}

/// Replaces a file at once: whoever reads it gets the old content or the new one. Only this user can read it.
pub(crate) fn replace_file(path: &Path, content: &[u8]) -> Result<(), Failure> {
    let failed = |error: std::io::Error| Failure::other(format!("cannot write {}: {error}", path.display()));
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Temporary files are created with mode 600.
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    file.write_all(content).and_then(|()| file.as_file().sync_all()).map_err(failed)?;
    file.persist(path).map(drop).map_err(|error| failed(error.error))
}

/// Makes a folder that only this user can list, unless it exists.
fn create_private(folder: &Path) -> Result<(), Failure> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|error| Failure::other(format!("cannot make {}: {error}", folder.display())))
}

fn strategy() -> Result<impl etcetera::BaseStrategy, Failure> {
    etcetera::choose_base_strategy().map_err(|_| Failure::other("there is no home folder; set HOME"))
}

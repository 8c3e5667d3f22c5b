//! `decthings files sync`.

use std::path::Path;

use decthings::Client;
use decthings::files::{Found, ModelFiles};

use super::plan::{Step, plan};
use crate::console::{Progress, line};
use crate::failure::Failure;

/// The files of a model, below a path.
pub(super) struct Sync<'a> {
    client: &'a Client,
    model: &'a str,
    path: String,
    files: ModelFiles,
}

impl<'a> Sync<'a> {
    pub(super) fn new(client: &'a Client, model: &'a str, path: String) -> Self {
        Self { client, model, path, files: ModelFiles::new(client, model) }
    }

    pub(super) async fn run(&self, folder: &Path, deletes: bool, is_dry: bool, is_quiet: bool) -> Result<(), Failure> {
        let found = self.files.find(&self.path).await?.map(|found| found.inode);
        let (mut steps, same) = plan(self.client, self.model, folder, (&self.path, found), deletes).await?;
        if found.is_none() {
            steps.insert(0, Step::Folder { path: self.path.clone(), permissions: 0o755 });
        }
        if is_dry {
            steps.iter().try_for_each(|step| line(shown(step)))?;
        } else {
            self.apply(&steps, is_quiet).await?;
        }
        let (mut sent, mut deleted, mut bytes) = (0_u64, 0_u64, 0_u64);
        for step in &steps {
            match step {
                Step::Send { bytes: size, .. } => (sent, bytes) = (sent.saturating_add(1), bytes.saturating_add(*size)),
                Step::Delete { .. } => deleted = deleted.saturating_add(1),
                _ => {}
            }
        }
        let (send, delete) = if is_dry { ("would send", "would delete") } else { ("sent", "deleted") };
        let bytes = indicatif::BinaryBytes(bytes);
        line(format!("{send} {sent} files, {bytes}; {delete} {deleted}; {same} are the same"))
    }

    async fn apply(&self, steps: &[Step], is_quiet: bool) -> Result<(), Failure> {
        let mut progress = Progress::new("changes", u64::try_from(steps.len()).ok(), is_quiet);
        for (done, step) in (1..).zip(steps) {
            let bytes = self.step(step).await?;
            progress.advance(done, bytes);
        }
        progress.finish();
        Ok(())
    }

    /// Makes a change; the number of bytes that were sent.
    async fn step(&self, step: &Step) -> Result<u64, Failure> {
        let (fs, model) = (self.client.fs(), self.model);
        match step {
            Step::Folder { path, permissions } => {
                let (parent, name) = path.rsplit_once('/').unwrap_or(("", path));
                fs.mkdir(model, self.find(parent).await?.inode, name.as_bytes().to_vec(), *permissions).await?;
            }
            Step::Send { local, path, changed, .. } => {
                let sent = self.files.upload(local, path).await?;
                // The time is that before the transfer: a file that changed meanwhile is sent again next time.
                if let Some(changed) = changed {
                    fs.setattr(model, self.find(path).await?.inode).mtime(changed.clone()).await?;
                }
                return Ok(sent.bytes);
            }
            Step::Permit { path, permissions } => {
                let found = self.find(path).await?;
                fs.setattr(model, found.inode).mode((found.stat.mode & !0o777) | permissions).await?;
            }
            Step::Delete { path, name, is_folder } => {
                let parent = self.find(path.rsplit_once('/').map_or("", |(parent, _)| parent)).await?.inode;
                match is_folder {
                    true => fs.rmdir_all(model, parent, name.clone()).await.map(drop)?,
                    false => fs.unlink(model, parent, name.clone()).await.map(drop)?,
                }
            }
        }
        Ok(0)
    }

    async fn find(&self, path: &str) -> Result<Found, Failure> {
        let found = self.files.find(path).await?;
        found.ok_or_else(|| Failure::other(format!("`{path}` of the model does not exist any more")))
    }
}

fn shown(step: &Step) -> String {
    match step {
        Step::Folder { path, .. } => format!("create  {path}/"),
        Step::Send { path, bytes, .. } => format!("send    {path}  {}", indicatif::BinaryBytes(*bytes)),
        Step::Permit { path, permissions } => format!("permit  {path}  {permissions:o}"),
        Step::Delete { path, is_folder, .. } => format!("delete  {path}{}", if *is_folder { "/" } else { "" }),
    }
}

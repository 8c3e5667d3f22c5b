//! Renaming and moving.

use super::files::{DirEntry, Files, ROOT};
use super::posix::Errno;
use super::space::Space;

/// What happens to a file or folder that has the new name already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Existing {
    /// It is replaced, if it is a file or an empty folder.
    Replace,
    /// It stays, and nothing is renamed.
    Keep,
    /// It gets the old name.
    Exchange,
}

impl Files {
    /// Renames. Neither folder may be [within](Self::is_within) the one that is moved to it.
    pub(crate) fn rename(
        &mut self,
        from: DirEntry,
        to: DirEntry,
        existing: Existing,
        space: Space,
    ) -> Result<(), Errno> {
        let number = self.lookup(from.parent, &from.name)?;
        let other = self.folder(to.parent)?.get(&to.name);
        match (other, existing) {
            (Some(_), Existing::Keep) => return Err(Errno::Exist),
            (None, Existing::Exchange) => return Err(Errno::NoEntry),
            // One name of a file already is another name of it.
            (Some(other), _) if other == number => return Ok(()),
            (Some(other), Existing::Exchange) => {
                self.detach(&from, number)?;
                self.detach(&to, other)?;
                self.attach(from, other)?;
                self.inode_mut(other)?.attributes_changed();
            }
            (Some(other), Existing::Replace) => {
                self.check_replaceable(number, other)?;
                self.detach(&from, number)?;
                self.detach(&to, other)?;
                self.release(other);
            }
            (None, _) => {
                self.used.check(self.folder(to.parent)?.space_to_add(&to.name), space)?;
                self.detach(&from, number)?;
            }
        }
        self.attach(to, number)?;
        self.inode_mut(number)?.attributes_changed();
        Ok(())
    }

    fn check_replaceable(&self, number: u64, other: u64) -> Result<(), Errno> {
        match (self.is_folder(number), self.folder(other)) {
            (true, Ok(folder)) if !folder.is_empty() => Err(Errno::NotEmpty),
            (true, Err(_)) => Err(Errno::NotDir),
            (false, Ok(_)) => Err(Errno::IsDir),
            _ => Ok(()),
        }
    }

    /// Whether a folder is another one, or is somewhere in it.
    pub(crate) fn is_within(&self, number: u64, outer: u64) -> bool {
        let mut at = number;
        while at != outer && at != ROOT {
            let Ok(folder) = self.folder(at) else { return false };
            at = folder.parent;
        }
        at == outer && self.is_folder(outer)
    }
}

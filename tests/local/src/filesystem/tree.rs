//! Folders with all their contents. Nothing here recurses, since a tree may be arbitrarily deep.

use std::collections::BTreeMap;

use bytes::Bytes;

use super::files::{DirEntry, Files};
use super::folder::Folder;
use super::inode::{Inode, Node};
use super::posix::Errno;
use super::space::Space;

impl Files {
    /// Removes a folder with all that is in it.
    pub(crate) fn remove_tree(&mut self, at: &DirEntry) -> Result<(), Errno> {
        let number = self.lookup(at.parent, &at.name)?;
        self.folder(number)?;
        self.detach(at, number)?;
        let mut left = vec![number];
        while let Some(number) = left.pop() {
            let inside: Vec<(Bytes, u64)> = match self.folder(number) {
                Ok(folder) => folder.entries().map(|(name, number)| (name.clone(), number)).collect(),
                Err(_) => Vec::new(),
            };
            for (name, inner) in inside {
                self.inode_mut(inner)?.forget_name(number, &name);
                left.push(inner);
            }
            self.release(number);
        }
        Ok(())
    }

    /// Copies a file, or a folder with all that is in it at first. Names of the same file stand for the same copy.
    pub(crate) fn copy(&mut self, number: u64, to: DirEntry, space: Space) -> Result<(), Errno> {
        self.inode(number)?;
        self.check_free(&to)?;
        let (plan, more) = self.plan_copy(number)?;
        self.used.check(more.with(self.folder(to.parent)?.space_to_add(&to.name)), space)?;
        let mut copies: BTreeMap<u64, u64> = BTreeMap::new();
        let mut place = Some(to);
        for step in plan {
            let parent = step.folder.and_then(|folder| copies.get(&folder).copied());
            let at = parent.map(|parent| DirEntry { parent, name: step.name }).or_else(|| place.take());
            let at = at.ok_or(Errno::Stale)?;
            match copies.get(&step.number) {
                Some(&copy) => {
                    self.attach(at, copy)?;
                }
                None => {
                    let inode = self.inode_mut(step.number)?;
                    let node = match &mut inode.node {
                        Node::Folder(_) => Node::Folder(Folder::new(at.parent)),
                        Node::File(content) => {
                            content.shared = true;
                            Node::File(content.clone())
                        }
                        node => node.clone(),
                    };
                    let mode = inode.mode;
                    let copy = self.insert(Inode::new(mode, node));
                    self.attach(at, copy)?;
                    copies.insert(step.number, copy);
                }
            }
        }
        Ok(())
    }

    /// The inodes to copy, folders before their contents, and the space that they take.
    fn plan_copy(&self, number: u64) -> Result<(Vec<Step>, Space), Errno> {
        let (mut plan, mut more) = (Vec::new(), Space::default());
        let mut seen = std::collections::BTreeSet::new();
        let mut left = vec![Step { number, folder: None, name: Bytes::new() }];
        while let Some(step) = left.pop() {
            let inode = self.inode(step.number)?;
            if seen.insert(step.number) {
                more = more.with(inode.space());
            }
            if let Node::Folder(folder) = &inode.node {
                let inside = folder.entries();
                left.extend(inside.map(|(name, number)| Step {
                    number,
                    folder: Some(step.number),
                    name: name.clone(),
                }));
            }
            plan.push(step);
        }
        Ok((plan, more))
    }
}

/// An inode to copy, and its name in its folder. The first has none.
struct Step {
    number: u64,
    folder: Option<u64>,
    name: Bytes,
}

//! Reads and writes whole files.

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

use super::local::{Kind, file_mode};
use super::{FilesError, Found, ModelFiles, Tally};
use bytes::Bytes;

use crate::runtime::Blob;

impl ModelFiles {
    /// Copies a file to a writer, flushes it, and returns the number of bytes.
    ///
    /// # Errors
    ///
    /// There is no such file, or a call or the writer failed.
    pub async fn read(&self, path: &str, to: &mut (impl AsyncWrite + Unpin + ?Sized)) -> Result<u64, FilesError> {
        let file = self.must_find(path).await?;
        let mut tally = Tally::new(self);
        self.read_file(path, file.inode, to, &mut tally).await?;
        tally.file();
        Ok(tally.done.bytes)
    }

    /// Copies a reader to a file, and returns the number of bytes. The file is created, or overwritten if it exists.
    ///
    /// # Errors
    ///
    /// There is no such folder, or a call or the reader failed.
    pub async fn write(&self, path: &str, from: &mut (impl AsyncRead + Unpin + ?Sized)) -> Result<u64, FilesError> {
        let path = path.trim_matches('/');
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        if name.is_empty() {
            return Err(FilesError::wrong(path, "is a folder"));
        }
        let folder = self.must_find(folder).await?;
        let file = self.open(path, folder.inode, name.as_bytes(), 0o644).await?;
        let mut tally = Tally::new(self);
        self.write_file(path, file.inode, from, &mut tally).await?;
        tally.file();
        Ok(tally.done.bytes)
    }

    /// Finds a file, or creates it.
    pub(super) async fn open(
        &self,
        path: &str,
        parent: u64,
        name: &[u8],
        permissions: u32,
    ) -> Result<Found, FilesError> {
        match self.lookup(path, parent, name).await? {
            Some(found) if Kind::of_mode(found.stat.mode) == Kind::File => Ok(found),
            Some(_) => Err(FilesError::wrong(path, "exists and is not a file")),
            None => {
                let made = self.fs.mknod(&self.model_id, parent, name.to_vec(), file_mode(permissions), 0).await;
                let made = made.map_err(|error| FilesError::api(path, error.into_raw()))?;
                Ok(Found { inode: made.inode, stat: made.stat })
            }
        }
    }

    pub(super) async fn read_file(
        &self,
        path: &str,
        inode: u64,
        to: &mut (impl AsyncWrite + Unpin + ?Sized),
        tally: &mut Tally<'_>,
    ) -> Result<(), FilesError> {
        let most = u64::try_from(self.part_bytes).unwrap_or(u64::MAX);
        let mut offset: u64 = 0;
        loop {
            let piece = self.read_part(path, inode, offset, most).await?;
            if piece.len() > most {
                return Err(FilesError::wrong(path, "the response has more bytes than requested"));
            }
            if piece.is_empty() {
                break;
            }
            let piece = piece.bytes().await.map_err(|error| FilesError::io(path, error))?;
            to.write_all(&piece).await.map_err(|error| FilesError::io(path, error))?;
            offset = offset.saturating_add(u64::try_from(piece.len()).unwrap_or(u64::MAX));
            tally.bytes(piece.len());
        }
        to.flush().await.map_err(|error| FilesError::io(path, error))
    }

    pub(super) async fn write_file(
        &self,
        path: &str,
        inode: u64,
        from: &mut (impl AsyncRead + Unpin + ?Sized),
        tally: &mut Tally<'_>,
    ) -> Result<(), FilesError> {
        let most = u64::try_from(self.part_bytes).unwrap_or(u64::MAX);
        let mut offset: u64 = 0;
        loop {
            let mut piece = Vec::new();
            let read = (&mut *from).take(most).read_to_end(&mut piece).await;
            read.map_err(|error| FilesError::io(path, error))?;
            let is_first = offset == 0;
            if piece.is_empty() && !is_first {
                return Ok(());
            }
            let is_last = piece.len() < self.part_bytes;
            self.write_piece(path, inode, piece.into(), &mut offset, tally).await?;
            if is_last {
                return Ok(());
            }
        }
    }

    /// Writes a part, in as many calls as needed. The first part truncates the file.
    async fn write_piece(
        &self,
        path: &str,
        inode: u64,
        mut piece: Bytes,
        offset: &mut u64,
        tally: &mut Tally<'_>,
    ) -> Result<(), FilesError> {
        loop {
            let blob = Blob::from(piece.clone());
            let call = self.fs.write(&self.model_id, inode, blob, *offset);
            let call = if *offset == 0 { call.truncate(true) } else { call };
            let written = call.await.map_err(|error| FilesError::api(path, error.into_raw()))?.bytes_written;
            let len = usize::try_from(written).ok().filter(|len| *len <= piece.len());
            let Some(len) = len else {
                return Err(FilesError::wrong(path, "more bytes were written than sent"));
            };
            if len == 0 && !piece.is_empty() {
                return Err(FilesError::wrong(path, format!("no bytes were written after the first {offset}")));
            }
            *offset = offset.saturating_add(written);
            tally.bytes(len);
            drop(piece.split_to(len));
            if piece.is_empty() {
                return Ok(());
            }
        }
    }
}

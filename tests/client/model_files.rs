//! Files of models on a filesystem that does less than requested, or misbehaves.

use std::sync::{Arc, Mutex};

use decthings::api::fs::{
    DirectoryEntry, FsService, GetattrRequest, GetattrResult, LookupRequest, LookupResult, ReadRequest, ReadResult,
    ReaddirRequest, ReaddirResult, WriteRequest, WriteResult,
};
use decthings::api::types::Stat;
use decthings::files::{FilesError, ModelFiles};
use decthings::runtime::ServiceResult;
use decthings::{Blob, Client, Router};
use decthings_tests::{Temporary, soon};

use super::support::in_process;

/// A folder with one file, which is read and written this many bytes at a time.
struct Odd {
    at_a_time: usize,
    content: Mutex<Vec<u8>>,
    /// The name of the file in a listing.
    name: &'static str,
}

impl Odd {
    fn new(at_a_time: usize, name: &'static str) -> Arc<Self> {
        Arc::new(Self { at_a_time, content: Mutex::default(), name })
    }
}

fn files(odd: &Arc<Odd>) -> (ModelFiles, Client) {
    let client = in_process(Router::new().fs(Arc::clone(odd)));
    (ModelFiles::new(&client, "m").part_bytes(8), client)
}

fn stat(inode: u64) -> Stat {
    let mode = if inode == 1 { 0o040_755 } else { 0o100_644 };
    Stat::new(mode, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
}

impl FsService for Odd {
    async fn getattr(&self, request: GetattrRequest) -> ServiceResult<GetattrRequest> {
        Ok(GetattrResult::new(stat(request.inode)))
    }

    async fn lookup(&self, _: LookupRequest) -> ServiceResult<LookupRequest> {
        Ok(LookupResult::new(2, stat(2)))
    }

    async fn readdir(&self, _: ReaddirRequest) -> ServiceResult<ReaddirRequest> {
        Ok(ReaddirResult::new([DirectoryEntry::new(self.name, 0o100_644, 2)]))
    }

    async fn read(&self, request: ReadRequest) -> ServiceResult<ReadRequest> {
        let content = self.content.lock().unwrap();
        let from = usize::try_from(request.offset).unwrap().min(content.len());
        let to = from.saturating_add(self.at_a_time).min(content.len());
        Ok(ReadResult::new(content[from..to].to_vec()))
    }

    async fn write(&self, request: WriteRequest) -> ServiceResult<WriteRequest> {
        let mut content = self.content.lock().unwrap();
        let len = if request.truncate == Some(true) { 0 } else { usize::try_from(request.offset).unwrap() };
        content.truncate(len);
        let written = self.at_a_time.min(request.data.as_bytes().unwrap().len());
        content.extend_from_slice(&request.data.as_bytes().unwrap()[..written]);
        Ok(WriteResult::new(u64::try_from(written).unwrap()))
    }
}

/// The next revision reads versions where the first one reads snapshots; its calls without either are the same.
mod versions {
    use decthings::weights::fs::{
        FsService, GetattrRequest, GetattrResult, LookupRequest, LookupResult, ReadRequest, ReadResult,
    };

    use super::*;

    /// A file, whose content is the version that it is read from.
    struct Versions;

    impl FsService for Versions {
        async fn getattr(&self, request: GetattrRequest) -> ServiceResult<GetattrRequest> {
            Ok(GetattrResult::new(stat(request.inode)))
        }

        async fn lookup(&self, _: LookupRequest) -> ServiceResult<LookupRequest> {
            Ok(LookupResult::new(2, stat(2)))
        }

        async fn read(&self, request: ReadRequest) -> ServiceResult<ReadRequest> {
            let content = request.version_id.unwrap_or_else(|| "none".to_owned());
            let from = usize::try_from(request.offset).unwrap().min(content.len());
            Ok(ReadResult::new(content.as_bytes()[from..].to_vec()))
        }
    }

    #[tokio::test]
    async fn files_of_a_version_are_read() {
        let router = decthings::weights::Router::new().fs(Arc::new(Versions));
        let client = Client::builder().service(router).build().unwrap();
        let files = ModelFiles::new(&client, "m");
        for (files, content) in [(files.clone(), "none"), (files.version_id("v2"), "v2")] {
            let mut read = Vec::new();
            soon(files.read("f", &mut read)).await.unwrap();
            assert_eq!(read, content.as_bytes());
        }
    }
}

#[tokio::test]
async fn short_reads_and_writes_are_continued() {
    let odd = Odd::new(3, "f");
    let (files, _client) = files(&odd);
    for data in [&b"more than one part of eight bytes"[..], b"8 bytes!", b"", b"x"] {
        assert_eq!(soon(files.write("f", &mut &data[..])).await.unwrap(), data.len() as u64);
        assert_eq!(*odd.content.lock().unwrap(), data);
        let mut read = Vec::new();
        soon(files.read("f", &mut read)).await.unwrap();
        assert_eq!(read, data);
    }
}

#[tokio::test]
async fn a_misbehaving_filesystem_is_reported() {
    let (none, _client) = files(&Odd::new(0, "f"));
    let error = soon(none.write("f", &mut &b"data"[..])).await.unwrap_err();
    assert!(matches!(error, FilesError::Wrong { .. }), "{error}");

    let odd = Odd::new(100, "f");
    odd.content.lock().unwrap().extend([1; 50]);
    let (files, _client) = files(&odd);
    let error = soon(files.read("f", &mut Vec::new())).await.unwrap_err();
    assert!(matches!(error, FilesError::Wrong { .. }), "{error}");
}

#[tokio::test]
async fn names_outside_the_folder_are_rejected() {
    let folder = Temporary::new();
    for name in ["../out", "a/b", "/out", "", "a\0b"] {
        let (files, _client) = files(&Odd::new(3, name));
        let error = soon(files.download("", folder.path())).await.unwrap_err();
        assert!(matches!(error, FilesError::Wrong { .. }), "{name}: {error}");
        assert_eq!(folder.names(), [""; 0], "{name}");
    }
}

#[test]
fn files_need_no_async_code() {
    let odd = Odd::new(3, "f");
    let (files, _client) = files(&odd);
    assert_eq!(files.write_blocking("f", &mut b"more than one part".as_slice()).unwrap(), 18);
    assert_eq!(*odd.content.lock().unwrap(), b"more than one part");
    let mut read = Vec::new();
    assert_eq!(files.read_blocking("f", &mut read).unwrap(), 18);
    assert_eq!(read, b"more than one part");
    assert_eq!(files.find_blocking("f").unwrap().unwrap().inode, 2);
    let folder = Temporary::new();
    files.download_blocking("", folder.path()).unwrap();
    assert_eq!(folder.names(), ["f"]);
    *odd.content.lock().unwrap() = Vec::new();
    files.upload_blocking(folder.path().join("f"), "f").unwrap();
    assert_eq!(*odd.content.lock().unwrap(), b"more than one part");
    let blob = Blob::from(b"abc".as_slice());
    blob.clone().save_as_blocking(folder.path().join("blob")).unwrap();
    assert_eq!(std::fs::read(folder.path().join("blob")).unwrap(), blob.bytes_blocking().unwrap());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let error = runtime.block_on(async { files.find_blocking("f") }).unwrap_err();
    assert!(error.to_string().contains("spawn_blocking"), "{error}");
    assert!(runtime.block_on(async { blob.bytes_blocking() }).is_err());
}

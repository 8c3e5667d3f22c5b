//! A storage in a folder: an SQLite database, and files for large values.
//!
//! SQLite rather than redb. Both are embedded, and consistent after a crash. What decides is what a commit costs: SQLite
//! writes it to the system (`synchronous = NORMAL` with a write-ahead log), which survives the end of the process, and
//! syncs the disk from time to time. redb has no such level: a commit either syncs, or is lost when the process is killed.
//! After a kill, redb also reads the whole database to repair it, unless each commit costs even more; SQLite reads the log,
//! which has a few megabytes. The price is C code, and a longer build.
//!
//! Measured with a million values of 800 bytes, in milliseconds:
//!
//! | | SQLite | redb | redb with quick repair |
//! |---|---|---|---|
//! | a commit of one value | 0.1 | 5 | 13 |
//! | the start after a kill | 2 | 5,000 | 3,000 |
//! | reading all | 800 | 1,900 | 2,800 |
//!
//! A clean build of SQLite took 22 seconds, and of redb 15.

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::Path;
use std::sync::{Mutex, MutexGuard};

use bytes::Bytes;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension as _, Row, Transaction, params};

use super::batch::{Batch, RecordChange, ValueChange};
use super::error::{OpenError, StorageError};
use super::folder::Folder;
use super::key::Key;
use super::large::{LARGE, LargeValues};
use super::{Backend, Visit};
use crate::util;

/// Marks a database as that of a local server.
const APPLICATION: i64 = 0x0064_6563;

/// The version of the format. Another one cannot be read.
const FORMAT: i64 = 1;

/// A value is either in the row or in a file.
const TABLES: &str = "
    CREATE TABLE records (kind TEXT, id TEXT, data BLOB NOT NULL, PRIMARY KEY (kind, id)) WITHOUT ROWID;
    CREATE TABLE vals (key INTEGER PRIMARY KEY, data BLOB, file INTEGER, length INTEGER NOT NULL);
    CREATE INDEX files ON vals (file) WHERE file IS NOT NULL;
";

/// The database in a folder that no other server uses.
pub(super) struct Database {
    connection: Mutex<Connection>,
    large: LargeValues,
    _folder: Folder,
}

impl Database {
    pub(super) fn open(path: &Path) -> Result<Self, OpenError> {
        let folder = Folder::open(path)?;
        let fail = |error: rusqlite::Error| StorageError::from(error).opening(path);
        let connection = Connection::open(&folder.database).map_err(fail)?;
        connection
            .execute_batch(
                "PRAGMA locking_mode = EXCLUSIVE; PRAGMA page_size = 8192; PRAGMA journal_mode = WAL;
                 PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = 67108864; PRAGMA cache_size = -16384;",
            )
            .map_err(fail)?;
        check_format(&connection, path)?;
        let used = used_files(&connection).map_err(fail)?;
        let large = LargeValues::open(folder.values.clone(), &used).map_err(|error| OpenError::io(path, error))?;
        Ok(Self { connection: Mutex::new(connection), large, _folder: folder })
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        util::lock(&self.connection)
    }

    fn put(&self, change: &Transaction<'_>, key: Key, value: &Bytes) -> Result<(), StorageError> {
        let mut put =
            change.prepare_cached("INSERT OR REPLACE INTO vals (key, data, file, length) VALUES (?, ?, ?, ?)")?;
        let length = i64::try_from(value.len()).unwrap_or(i64::MAX);
        if value.len() > LARGE {
            put.execute(params![row(key)?, None::<&[u8]>, self.large.write(value)?, length])?;
        } else {
            put.execute(params![row(key)?, value.as_ref(), None::<i64>, length])?;
        }
        Ok(())
    }

    /// Copies the values of an object, and their files.
    fn copy(&self, change: &Transaction<'_>, from: u64, to: u64) -> Result<(), StorageError> {
        let (first, end) = rows(Key::first(from)..Key::first(from.saturating_add(1)))?;
        let offset = row(Key::first(to))?.saturating_sub(first);
        change
            .prepare_cached(
                "INSERT INTO vals (key, data, file, length)
                 SELECT key + ?3, data, NULL, length FROM vals NOT INDEXED
                 WHERE key >= ?1 AND key < ?2 AND file IS NULL",
            )?
            .execute([first, end, offset])?;
        let mut files = change.prepare_cached(
            "SELECT key + ?3, file, length FROM vals NOT INDEXED WHERE key >= ?1 AND key < ?2 AND file NOT NULL",
        )?;
        let found = files.query_map([first, end, offset], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        let found: Vec<(i64, i64, u64)> = found.collect::<Result<_, _>>()?;
        for (key, file, length) in found {
            let key = Key::of_row(key).ok_or_else(|| unknown_row(key))?;
            self.put(change, key, &self.large.read(file, length)?)?;
        }
        Ok(())
    }

    fn value(&self, row: &Row<'_>) -> Result<(Key, Bytes), StorageError> {
        let id = row.get(0)?;
        let key = Key::of_row(id).ok_or_else(|| unknown_row(id))?;
        let value = match row.get_ref(1)? {
            ValueRef::Blob(value) => Bytes::copy_from_slice(value),
            _ => self.large.read(row.get(2)?, row.get(3)?)?,
        };
        Ok((key, value))
    }
}

impl Backend for Database {
    fn commit(&self, batch: &Batch) -> Result<(), StorageError> {
        let mut connection = self.connection();
        let change = connection.transaction()?;
        let mut deleted = Vec::new();
        for value in &batch.changes {
            match value {
                ValueChange::Put(key, value) => self.put(&change, *key, value)?,
                ValueChange::Remove(keys) => deleted.append(&mut remove(&change, rows(keys.clone())?)?),
                ValueChange::Copy { from, to } => self.copy(&change, *from, *to)?,
            }
        }
        for record in &batch.records {
            save(&change, record)?;
        }
        change.commit()?;
        deleted.into_iter().for_each(|file| self.large.delete(file));
        Ok(())
    }

    fn scan(&self, keys: Range<Key>, each: Visit<'_>) -> Result<(), StorageError> {
        let (first, end) = rows(keys)?;
        let connection = self.connection();
        let mut query = connection
            .prepare_cached("SELECT key, data, file, length FROM vals WHERE key >= ? AND key < ? ORDER BY key")?;
        let mut rows = query.query([first, end])?;
        while let Some(row) = rows.next()? {
            let (key, value) = self.value(row)?;
            each(key, value)?;
        }
        Ok(())
    }

    fn measure(&self, keys: Range<Key>) -> Result<(u64, u64), StorageError> {
        let (first, end) = rows(keys)?;
        let connection = self.connection();
        let mut query = connection
            .prepare_cached("SELECT count(*), coalesce(sum(length), 0) FROM vals WHERE key >= ? AND key < ?")?;
        Ok(query.query_row([first, end], |row| Ok((row.get(0)?, row.get(1)?)))?)
    }

    fn remove_some(&self, keys: Range<Key>, most: usize) -> Result<bool, StorageError> {
        let (first, end) = rows(keys)?;
        let mut connection = self.connection();
        let change = connection.transaction()?;
        // The first row that stays.
        let next: Option<i64> = change
            .prepare_cached("SELECT key FROM vals WHERE key >= ? AND key < ? ORDER BY key LIMIT 1 OFFSET ?")?
            .query_row([first, end, i64::try_from(most).unwrap_or(i64::MAX)], |row| row.get(0))
            .optional()?;
        let deleted = remove(&change, (first, next.unwrap_or(end)))?;
        change.commit()?;
        deleted.into_iter().for_each(|file| self.large.delete(file));
        Ok(next.is_none())
    }

    fn records(&self, kind: &str) -> Result<Vec<(String, Vec<u8>)>, StorageError> {
        let connection = self.connection();
        let mut query = connection.prepare_cached("SELECT id, data FROM records WHERE kind = ?")?;
        let found = query.query_map([kind], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(found.collect::<Result<_, _>>()?)
    }

    fn objects(&self) -> Result<Vec<u64>, StorageError> {
        let connection = self.connection();
        let mut query = connection.prepare_cached("SELECT key FROM vals WHERE key >= ? ORDER BY key LIMIT 1")?;
        let (mut all, mut from) = (Vec::new(), 0i64);
        while let Some(id) = query.query_row([from], |row| row.get(0)).optional()? {
            let key = Key::of_row(id).ok_or_else(|| unknown_row(id))?;
            all.push(key.object);
            match Key::first(key.object.saturating_add(1)).to_row() {
                Some(next) => from = next,
                None => break,
            }
        }
        Ok(all)
    }
}

fn check_format(connection: &Connection, path: &Path) -> Result<(), OpenError> {
    let fail = |error: rusqlite::Error| StorageError::from(error).opening(path);
    let pragma = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).map_err(fail);
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).map_err(fail)?;
    let (application, format) = (pragma("application_id")?, pragma("user_version")?);
    if tables == 0 && application == 0 && format == 0 {
        let marks = format!("PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {FORMAT};");
        return connection.execute_batch(&format!("BEGIN; {TABLES} {marks} COMMIT;")).map_err(fail);
    }
    if application != APPLICATION {
        return Err(OpenError::Foreign { folder: path.to_owned() });
    }
    if format != FORMAT {
        return Err(OpenError::Format { folder: path.to_owned(), found: format, supported: FORMAT });
    }
    Ok(())
}

fn used_files(connection: &Connection) -> Result<BTreeSet<i64>, rusqlite::Error> {
    let mut query = connection.prepare("SELECT file FROM vals WHERE file IS NOT NULL")?;
    query.query_map([], |row| row.get(0))?.collect()
}

/// Removes the rows of a range. Returns the files that they had.
fn remove(change: &Transaction<'_>, (first, end): (i64, i64)) -> Result<Vec<i64>, StorageError> {
    let mut delete = change.prepare_cached("DELETE FROM vals WHERE key >= ? AND key < ? RETURNING file")?;
    let files = delete.query_map([first, end], |row| row.get::<_, Option<i64>>(0))?;
    Ok(files.filter_map(Result::transpose).collect::<Result<_, _>>()?)
}

fn save(change: &Transaction<'_>, record: &RecordChange) -> Result<(), StorageError> {
    let RecordChange { kind, id, data } = record;
    match data {
        Some(data) => change
            .prepare_cached("INSERT OR REPLACE INTO records (kind, id, data) VALUES (?, ?, ?)")?
            .execute(params![kind, id, data])?,
        None => change.prepare_cached("DELETE FROM records WHERE kind = ? AND id = ?")?.execute(params![kind, id])?,
    };
    Ok(())
}

fn rows(keys: Range<Key>) -> Result<(i64, i64), StorageError> {
    // The key after the last object has no row.
    Ok((row(keys.start)?, keys.end.to_row().unwrap_or(i64::MAX)))
}

fn row(key: Key) -> Result<i64, StorageError> {
    key.to_row().ok_or_else(|| StorageError::Damaged(format!("there cannot be {} objects", key.object)))
}

fn unknown_row(id: i64) -> StorageError {
    StorageError::Damaged(format!("the value {id} belongs to no object"))
}

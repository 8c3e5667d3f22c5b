//! The commands of the program `decthings` for accounts and for data in bulk, against a local server.

mod accounts;
mod exports;
mod files;
mod imports;
mod resuming;
mod support;

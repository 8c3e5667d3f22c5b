//! The program `decthings`, run as a user runs it, against services on loopback.

mod accounts;
mod calls;
mod exports;
mod failures;
mod files;
mod help;
mod imports;
mod methods;
mod program;
mod results;
mod resuming;
mod sessions;
mod user;
mod work;

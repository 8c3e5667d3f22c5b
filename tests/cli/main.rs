//! The program `decthings`, run as a user runs it, against services on loopback.

mod calls;
mod failures;
mod help;
mod methods;
mod program;
mod results;
mod sessions;
mod work;

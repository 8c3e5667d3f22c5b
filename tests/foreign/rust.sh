#!/usr/bin/env bash
# progenitor and typify; slow to build, and asked for by itself.
source "$(dirname "$0")/lib.sh"

cd "$here/rust"
export CARGO_TARGET_DIR=$tools/rust
step progenitor-and-typify cargo check --locked

#!/bin/sh
# Runs rustc with the coverage that libFuzzer needs, which stable Rust has too. `cargo xtask fuzz` compiles the crates of the
# workspace with it, and takes the others as they are.
exec "$@" -Cpasses=sancov-module \
  -Cllvm-args=-sanitizer-coverage-level=4 \
  -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
  -Cllvm-args=-sanitizer-coverage-pc-table \
  -Cllvm-args=-sanitizer-coverage-trace-compares

#!/usr/bin/env bash
# Compiles the client in TypeScript into target/foreign/npm/typescript.
source "$(dirname "$0")/lib.sh"

node -e 'process.exit(Number(process.versions.node.split(".")[0]) < 20 ? 1 : 0)' || skip "the client needs Node.js 20"
npm_install
step typescript-client "$tools/npm/node_modules/.bin/tsc" --project "$here/typescript" \
  --outDir "$tools/npm/typescript" --typeRoots "$tools/npm/node_modules/@types"

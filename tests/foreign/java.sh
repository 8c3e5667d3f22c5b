#!/usr/bin/env bash
# openapi-generator, which needs Java; after the other two, whose tools it uses.
source "$(dirname "$0")/lib.sh"

rm -rf "$out/fetch"
step openapi-generator "$tools/py/bin/openapi-generator-cli" generate --generator-name typescript-fetch \
  --input-spec "$exports/openapi.json" --output "$out/fetch"
step openapi-generator-compiles "$tools/npm/node_modules/.bin/tsc" --strict --noEmit --target es2022 --typeRoots "$out/no-types" \
  --module esnext --moduleResolution bundler "$out/fetch/index.ts"

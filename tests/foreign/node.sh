#!/usr/bin/env bash
# Tools that run on node.
source "$(dirname "$0")/lib.sh"

node -e 'process.exit(Number(process.versions.node.split(".")[0]) < 20 ? 1 : 0)' || skip "the tools need Node.js 20"
npm_install
cp "$here"/*.mjs "$tools/npm/"
cd "$tools/npm"
bin=$tools/npm/node_modules/.bin
# Types of node, which other tools bring in, are not for these.
tsc=("$bin/tsc" --strict --noEmit --target es2022 --typeRoots "$out/no-types")

step typescript "${tsc[@]}" "$exports/decthings.d.ts" "$next/weights.d.ts"
step typescript-against-the-facts node declarations.mjs "$exports/decthings.d.ts" "$root/../shared/api/api-facts.json"
step ajv-strict node ajv.mjs "$root/schema/decthings.json" "$root/schema/api.schema.json" "$exports" "$root/tests/data/cases"
step asyncapi-parser node asyncapi.mjs "$exports/asyncapi.json" "$next/asyncapi.json"
step redocly-and-spectral node lint.mjs {"$exports","$next"}/{openapi,openapi-3.0,asyncapi}.json
for version in openapi openapi-3.0; do
  step "openapi-typescript-$version" "$bin/openapi-typescript" "$exports/$version.json" -o "$out/$version.ts"
done
step json-schema-to-typescript "$bin/json2ts" --additionalProperties=false \
  -i "$exports/decthings.bundle.schema.json" -o "$out/bundle.ts"
for language in typescript python go csharp kotlin swift; do
  step "quicktype-$language" "$bin/quicktype" --quiet --telemetry disable --src-lang schema --lang "$language" --top-level Decthings \
    --out "$out/quicktype.$language" "$exports/decthings.bundle.schema.json"
done
cp "$out/quicktype.typescript" "$out/quicktype.ts"
step tsc-of-what-they-made "${tsc[@]}" "$out/openapi.ts" "$out/openapi-3.0.ts" "$out/bundle.ts" "$out/quicktype.ts"
if command -v python3 >/dev/null; then
  cp "$out/quicktype.python" "$out/quicktype_types.py"
  step quicktype-python-compiles python3 -m py_compile "$out/quicktype_types.py"
fi
# The reference, in each theme, by the rules of accessibility.
if command -v chromium >/dev/null; then
  step reference bash -c "cd '$root' && cargo run -q -p xtask -- docs --out '$out/reference'"
  step axe node "$root/tests/generator/site/accessibility.mjs" chromium "$out/reference" "$tools/npm/node_modules/axe-core/axe.min.js"
else
  echo "skipped: axe, for there is no \`chromium\`"
fi

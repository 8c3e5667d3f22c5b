#!/usr/bin/env bash
# Tools that run on Python.
source "$(dirname "$0")/lib.sh"

python3 -c 'import ensurepip, venv' 2>/dev/null || skip "this python3 makes no virtual environments"
python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || skip "the tools need Python 3.11"
step python-environment python3 -m venv "$tools/py"
bin=$tools/py/bin
export PATH=$bin:$PATH
step pip-install "$bin/pip" install --quiet -r "$here/requirements.txt"
cd "$out"

step openapi-spec-validator "$bin/openapi-spec-validator" {"$exports","$next"}/openapi{,-3.0}.json
step check-jsonschema "$bin/check-jsonschema" --check-metaschema "$exports/decthings.bundle.schema.json" \
  "$exports/decthings.reader.schema.json" "$next"/weights.{bundle,reader}.schema.json \
  "$root"/schema/{decthings,weights,api.schema}.json
step check-jsonschema-definition "$bin/check-jsonschema" --schemafile "$root/schema/api.schema.json" \
  "$root"/schema/{decthings,weights}.json
step datamodel-code-generator "$bin/datamodel-codegen" --input "$exports/decthings.bundle.schema.json" \
  --input-file-type jsonschema --output datamodel.py --output-model-type pydantic_v2.BaseModel \
  --target-python-version 3.11 --formatters builtin --use-annotated
step datamodel-imports "$bin/python" -c "import datamodel; datamodel.ModelTrainRequest.model_json_schema()"
step datamodel-type-checks "$bin/mypy" datamodel.py
rm -rf python_client
step openapi-python-client "$bin/openapi-python-client" generate --path "$exports/openapi.json" \
  --output-path python_client --meta none
step openapi-python-client-imports "$bin/python" -c "import python_client.models, python_client.api.model.call_model_train"

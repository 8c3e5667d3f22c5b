// The bundle compiles in ajv's strict mode, and tells a sound request from one that is not.
import assert from 'node:assert';
import { readFileSync } from 'node:fs';
import Ajv from 'ajv/dist/2020.js';

const schema = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const ajv = new Ajv({ strict: true });
ajv.addSchema(schema, 'bundle');
for (const name of Object.keys(schema.$defs)) {
    assert(ajv.getSchema(`bundle#/$defs/${name}`), name);
}
const launcher = { type: 'temporaryLauncher', spec: { cpus: 2, memoryMebibytes: 4096 } };
const params = { modelId: 'm', newStateName: 's', params: [{ name: 'x' }], executionLocation: launcher };
const validate = ajv.getSchema('bundle#/$defs/ModelTrainRequest');
assert(validate(params), JSON.stringify(validate.errors));
assert(!validate({ ...params, executionLocation: { type: 'nowhere' } }));
assert(!validate({ ...params, modelId: undefined }));

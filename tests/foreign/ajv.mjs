// The definition, the bundle and the schema for readers compile in ajv's strict mode, and accept what is valid only.
import assert from 'node:assert';
import { readFileSync } from 'node:fs';
import Ajv from 'ajv/dist/2020.js';

const [definition, format, exports, cases] = process.argv.slice(2);
const read = (path) => JSON.parse(readFileSync(path, 'utf8'));
const ajv = new Ajv({ strict: true, allowUnionTypes: true });
for (const name of ['bundle', 'reader']) {
    addAll(ajv, name, read(`${exports}/decthings.${name}.schema.json`));
}

// The definition has a dialect of its own: the format's schema, which is called as `$schema` calls it, and its keywords.
// `format` also stands on the objects that are tensors.
const dialect = new Ajv({ strict: true, strictTypes: false });
const grammar = read(format);
const keywords = [grammar, grammar.$defs.Schema].flatMap(({ properties }) => Object.keys(properties));
dialect.addVocabulary([...new Set(keywords)].filter((keyword) => !dialect.RULES.keywords[keyword]));
grammar.$defs.Format.enum.forEach((name) => dialect.addFormat(name, true));
const source = read(definition);
dialect.addMetaSchema(grammar, source.$schema);
addAll(dialect, 'definition', source);

function addAll(ajv, name, schema) {
    ajv.addSchema(schema, name);
    for (const entry of Object.keys(schema.$defs)) {
        assert(ajv.getSchema(`${name}#/$defs/${entry}`), `${name} ${entry}`);
    }
}

const launcher = { type: 'temporaryLauncher', spec: { cpus: 2, memoryMebibytes: 4096 } };
const params = { modelId: 'm', newStateName: 's', params: [{ name: 'x' }], executionLocation: launcher };
const validate = ajv.getSchema('bundle#/$defs/ModelTrainRequest');
assert(validate(params), JSON.stringify(validate.errors));
assert(!validate({ ...params, executionLocation: { type: 'nowhere' } }));
assert(!validate({ ...params, modelId: undefined }));

// The JSON that real clients and servers exchange is what the schemas say.
const { paths } = read(`${exports}/openapi.json`);
const rows = (file) => readFileSync(`${cases}/${file}`, 'utf8').trim().split('\n').map((line) => JSON.parse(line));
let checked = 0;
function check(row, side, value) {
    const name = paths[`/${row.api}/${row.method}`].post['x-frame'][side].json.$ref.split('/').pop();
    for (const file of side === 'request' ? ['bundle'] : ['bundle', 'reader']) {
        const validate = ajv.getSchema(`${file}#/$defs/${name}`);
        assert(validate(value), `${file} ${row.api}.${row.method} ${row.case}: ${JSON.stringify(validate.errors)}`);
    }
    checked += 1;
}
for (const row of rows('requests.jsonl')) {
    check(row, 'request', row.wire_json);
}
// Cases that are neither whole nor an error of the API show what readers forgive.
for (const row of rows('responses.jsonl').filter((it) => /^(ok_full|ok_min|err_)/.test(it.case) && it.expect?.value)) {
    check(row, 'response', jsonOf(Buffer.from(row.frame_b64, 'base64').subarray(row.transport === 'ws' ? 5 : 0)));
}
console.log(`${checked} wire cases checked`);

function jsonOf(frame) {
    const width = { 253: 2, 254: 4 }[frame[0]] ?? 0;
    const length = width ? frame.readUIntBE(1, width) : frame[0];
    return JSON.parse(frame.subarray(1 + width, 1 + width + length));
}

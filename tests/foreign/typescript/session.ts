// A session with a local server: data, a model, its training and evaluation, and the events of a debug session. The
// arguments are the folder with the exports, and the program `decthings-local`.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { inspect } from 'node:util';
import type { DecthingsParameter, DecthingsParameterProvider, DecthingsServices, DecthingsTensor } from 'decthings';
import { loadApi } from './client/api.js';
import { type Caller, createClient } from './client/client.js';

const SECONDS = 120;
const launcher = { type: 'temporaryLauncher', spec: { cpus: 1, memoryMebibytes: 512 } } as const;

const point = (x: number, y: number): DecthingsTensor => ({ type: 'f32', shape: [2], data: Float32Array.of(x, y) });
const whole = (value: number): DecthingsTensor => ({ type: 'u32', shape: [], data: Uint32Array.of(value) });

const sizes = ['inputs', 'outputs'].map((name) => ({ name, data: [whole(2)] }));
/** A point on each side of a line. */
const twoPoints = { name: 'x', data: [point(-3, 0.5), point(3, 0.5)] };

type Client = DecthingsServices & Caller;

/** The result of a call that has to succeed. */
async function ok<T extends object>(response: Promise<{ result?: T; error?: { code: string } }>): Promise<T> {
    const { result, error } = await response;
    assert(result, `the call failed: ${inspect(error)}`);
    return result;
}

async function addData(client: Client): Promise<DecthingsParameterProvider[]> {
    const keys = [
        { name: 'x', required: true, rules: { shape: [2], allowedTypes: ['f32' as const], annotations: [] } },
        { name: 'y', required: true, rules: { shape: [], allowedTypes: ['u32' as const], annotations: [] } },
    ];
    const dataset = { name: 'points', description: 'Two sides of a line.', keys };
    const { datasetId } = await ok(client.dataset.createDataset(dataset));
    const points = Array.from({ length: 80 }, (_, index) => ({
        side: index % 2,
        x: 1 + index / 20,
        y: index / 20 - 2,
    }));
    const x = points.map(({ side, x, y }) => point(side ? x : -x, y));
    const y = points.map(({ side }) => whole(side));
    await ok(
        client.dataset.addEntries({
            datasetId,
            keys: [
                { key: 'y', data: y },
                { key: 'x', data: x },
            ],
        }),
    );
    const entries = await ok(client.dataset.getEntries({ datasetId, entries: [0, 3] }));
    const found = Object.fromEntries(entries.keys.map(({ name, data }) => [name, data]));
    assert.deepEqual(found, {
        x: [
            { index: 0, data: x[0] },
            { index: 3, data: x[3] },
        ],
        y: [
            { index: 0, data: y[0] },
            { index: 3, data: y[3] },
        ],
    });
    return ['x', 'y'].map((name) => ({ name, data: { type: 'dataset', datasetId, datasetKey: name } }));
}

async function createModel(client: Client): Promise<string> {
    const options = { type: 'code', language: 'rust', preset: 'linear' } as const;
    const creation = await client.start('model', 'createModel', { name: 'line', description: 'A line.', options });
    assert((await creation.wait()).isSuccess, 'the model is created');
    const { modelId } = creation.result;
    const created = await ok(
        client.model.createState({ modelId, name: 'untrained', params: sizes, executionLocation: launcher }),
    );
    assert(created.success, inspect(created.failed));
    return modelId;
}

async function train(client: Client, modelId: string, params: DecthingsParameterProvider[]): Promise<void> {
    const training = await client.start('model', 'train', {
        modelId,
        newStateName: 'trained',
        params,
        executionLocation: launcher,
    });
    const { isSuccess } = await training.wait();
    assert(isSuccess, 'the training succeeds');
    const { states } = (await ok(client.model.getModels({ filter: { ids: [modelId] } }))).models[0]!;
    const state = states.find(({ name }) => name === 'trained');
    assert(state, 'the training has created a state');
    await ok(client.model.setActiveModelState({ modelId, stateId: state.id }));
}

/** The model knows which side a point is on. */
function checkSides(output: DecthingsParameter[]): void {
    const [left, right] = output.find(({ name }) => name === 'prediction')!.data;
    assert(left?.type === 'f32' && right?.type === 'f32', inspect(output));
    assert(left.data[0]! > left.data[1]! && right.data[1]! > right.data[0]!, inspect(output));
}

async function evaluate(client: Client, modelId: string): Promise<void> {
    const evaluation = await ok(client.model.evaluate({ modelId, params: [twoPoints] }));
    assert(evaluation.success, inspect(evaluation.failed));
    checkSides(evaluation.success.output);
    const { error } = await client.model.evaluate({ modelId: 'none', params: [] });
    assert.equal(error?.code, 'model_not_found');
    const wrong = { modelId, params: [{ name: 'x' }] } as unknown as Parameters<typeof client.model.evaluate>[0];
    await assert.rejects(client.model.evaluate(wrong), /params\[\].data: a list of tensors is expected/);
}

async function debug(client: Client, modelId: string, params: DecthingsParameterProvider[]): Promise<void> {
    let output = '';
    client.debug.on('stdout', ({ data }) => (output += Buffer.from(data).toString()));
    const initialized = new Promise<string>((resolve) =>
        client.debug.on('initialized', (event) => resolve(event.debugSessionId)),
    );
    const ended = new Promise<unknown>((resolve) => client.debug.on('exit', resolve));

    const { debugSessionId } = await ok(client.debug.launchDebugSession({ modelId, executionLocation: launcher }));
    assert.equal(await initialized, debugSessionId);
    const { dataId } = await ok(client.debug.callCreateModelState({ debugSessionId, params: sizes }));
    const stateData = { type: 'dataId', dataId } as const;
    const { instantiatedModelId } = await ok(client.debug.callInstantiateModel({ debugSessionId, stateData }));
    const training = await client.start('debug', 'callTrain', { debugSessionId, instantiatedModelId, params });
    assert((await training.wait()).isSuccess, 'the training succeeds');
    const evaluation = await ok(
        client.debug.callEvaluate({ debugSessionId, instantiatedModelId, params: [twoPoints] }),
    );
    checkSides(evaluation.output);
    await ok(client.debug.terminateDebugSession({ debugSessionId }));
    assert.deepEqual(await ended, { debugSessionId, reason: { code: 'terminated_on_request' } });
    assert.match(output, /loss/);
    const { error } = await client.debug.unsubscribeFromEvents({ debugSessionId });
    assert.equal(error?.code, 'not_subscribed', 'the connection has ended with its last subscription');
}

const [exports = '', program = ''] = process.argv.slice(2);
const server = spawn(program, ['--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
const timer = setTimeout(() => server.kill('SIGKILL'), 1000 * SECONDS);
try {
    const [line] = await once(createInterface({ input: server.stdout }), 'line');
    const [, http = '', apiKey = ''] = /(http:\S+) with the API key (\S+)/.exec(line) ?? [];
    const websocket = `${http.replace('http', 'ws')}/ws`;
    const client = createClient(loadApi(exports), { http, websocket, apiKey });
    assert(apiKey && !inspect(client, { depth: 9, showHidden: true }).includes(apiKey), 'the API key is not shown');
    const params = await addData(client);
    const modelId = await createModel(client);
    await train(client, modelId, params);
    await evaluate(client, modelId);
    await debug(client, modelId, params);
} finally {
    clearTimeout(timer);
    server.kill();
}

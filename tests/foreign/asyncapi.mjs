// The documents are AsyncAPI, and complete.
import assert from 'node:assert';
import { readFileSync } from 'node:fs';
import { Parser } from '@asyncapi/parser';

for (const path of process.argv.slice(2)) {
    const { document, diagnostics } = await new Parser().parse(readFileSync(path, 'utf8'));
    const errors = diagnostics.filter(({ severity }) => severity === 0);
    assert(document && errors.length === 0, JSON.stringify(diagnostics, null, 2));
    const received = document.operations().filterByReceive();
    assert.equal(received.length, 12, 'the events');
}

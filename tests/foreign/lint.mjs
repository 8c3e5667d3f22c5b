// The linters of Redocly and Spectral find nothing in the exports but what is explained here.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { createConfig, lint } from '@redocly/openapi-core';
import spectral from '@stoplight/spectral-core';
import parsers from '@stoplight/spectral-parsers';
import rulesets from '@stoplight/spectral-rulesets';

/** Rules that find something, by tool and file. `schema/README.md` says why each stays. */
const EXPLAINED = [
    'redocly openapi.json no-unused-components',
    'redocly openapi-3.0.json no-unused-components',
    'redocly openapi-3.0.json info-license-strict',
    'redocly asyncapi.json info-license-strict',
    'spectral openapi.json info-contact',
    'spectral openapi-3.0.json info-contact',
    'spectral asyncapi.json asyncapi-info-contact',
    'spectral asyncapi.json asyncapi-latest-version',
];

const config = await createConfig({ extends: ['recommended'] });
const linter = new spectral.Spectral();
linter.setRuleset({ extends: [rulesets.oas, rulesets.asyncapi] });

const found = new Map();
for (const path of process.argv.slice(2)) {
    const file = basename(path);
    const note = (tool, rule, text) => {
        const key = `${tool} ${file} ${rule}`;
        found.set(key, [...(found.get(key) ?? []), text]);
    };
    for (const { ruleId, message, location } of await lint({ ref: path, config })) {
        note('redocly', ruleId, `${message} at ${location[0]?.pointer}`);
    }
    const document = new spectral.Document(readFileSync(path, 'utf8'), parsers.Json, path);
    for (const { code, message, path: place } of await linter.run(document)) {
        note('spectral', code, `${message} at ${place.join('/')}`);
    }
}
const news = [...found].filter(([key]) => !EXPLAINED.includes(key));
for (const [key, texts] of news) {
    console.log(`${key}: ${texts.length} times, such as\n    ${texts.slice(0, 3).join('\n    ')}`);
}
const gone = EXPLAINED.filter((key) => !found.has(key));
for (const key of gone) {
    console.log(`${key}: no longer found; remove it from the list`);
}
process.exit(news.length + gone.length ? 1 : 0);

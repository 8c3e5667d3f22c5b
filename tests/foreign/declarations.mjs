// The TypeScript declarations against the facts of the API, both in one canonical form: members sorted, unions
// taken apart into objects with one literal each. The facts stand beside the checkout, or the comparison is skipped.
import { existsSync, readFileSync } from 'node:fs';
import ts from 'typescript';

const [declarations, factsPath] = process.argv.slice(2);
if (!existsSync(factsPath)) {
    console.log(`skipped: there is no ${factsPath}`);
    process.exit(0);
}
const facts = JSON.parse(readFileSync(factsPath, 'utf8'));
const program = ts.createProgram([declarations], { strict: true, target: ts.ScriptTarget.ES2022, types: [] });
const checker = program.getTypeChecker();
const source = program.getSourceFile(declarations);
const exported = new Map(checker.getExportsOfModule(checker.getSymbolAtLocation(source)).map((it) => [it.name, it]));

/** A union of canonical forms, flat and sorted. */
function union(forms) {
    const members = [...new Set(forms.flat())].sort();
    return members;
}

/** An object, taken apart where a required member is one of several strings. */
function object(fields) {
    let made = [''];
    for (const { name, optional, forms } of fields.sort((a, b) => (a.name < b.name ? -1 : 1))) {
        const apart = !optional && forms.every((form) => form.startsWith("'"));
        const spellings = apart ? forms : [forms.join(' | ')];
        made = made.flatMap((text) => spellings.map((spelling) => `${text}${name}${optional ? '?' : ''}: ${spelling}; `));
    }
    return made.map((text) => `{ ${text}}`);
}

function fromFacts(type) {
    switch (type.kind) {
        case 'buffer':
            return ['Uint8Array'];
        case 'enum':
            return union(type.values.map((value) => `'${value}'`));
        case 'array':
            return [`(${fromFacts(type.items).join(' | ')})[]`];
        case 'object':
            return object(type.fields.map(factsField));
        case 'any_of':
            return union(type.options.map(fromFacts));
        case 'ref':
            return fromFacts(facts.types[type.name]);
        case 'union':
            return union(type.variants.map(({ tags, fields }) => factsVariant(type.discriminator, tags, fields)));
        default:
            return [type.kind];
    }
}

const factsField = ({ name, optional, type }) => ({ name, optional, forms: fromFacts(type) });

const factsVariant = (tag, tags, fields) =>
    object([{ name: tag, optional: false, forms: tags.map((value) => `'${value}'`) }, ...fields.map(factsField)]);

function fromTypes(type) {
    if (type.aliasSymbol?.name === 'DecthingsTensor') return ['tensor'];
    if (type.isUnion()) {
        return union(type.types.filter((it) => !(it.flags & ts.TypeFlags.Undefined)).map(fromTypes)).map((form) =>
            form === 'true' || form === 'false' ? 'boolean' : form,
        ).filter((form, index, all) => all.indexOf(form) === index);
    }
    if (type.isStringLiteral()) return [`'${type.value}'`];
    const name = checker.typeToString(type);
    if (name.startsWith('Uint8Array')) return ['Uint8Array'];
    if (checker.isArrayType(type)) return [`(${fromTypes(checker.getTypeArguments(type)[0]).join(' | ')})[]`];
    if (!(type.flags & ts.TypeFlags.Object)) return [name];
    return object(
        type.getProperties().map((member) => ({
            name: member.name,
            optional: Boolean(member.flags & ts.SymbolFlags.Optional),
            forms: fromTypes(checker.getTypeOfSymbol(member)),
        })),
    );
}

const differences = [];
let compared = 0;
function compare(place, fact, here) {
    compared += 1;
    const [left, right] = [fact, here].map((forms) => [...forms].sort().join('\n  '));
    if (left !== right) differences.push(`${place}:\n facts\n  ${left}\n here\n  ${right}`);
}

for (const [name, type] of Object.entries(facts.types)) {
    const symbol = exported.get(name);
    compare(`type ${name}`, fromFacts(type), symbol ? fromTypes(checker.getDeclaredTypeOfSymbol(symbol)) : ['nothing']);
}
for (const { client_namespace: space, methods, events } of Object.values(facts.apis)) {
    const name = `${space[0].toUpperCase()}${space.slice(1)}Rpc`;
    const members = new Map(
        checker.getDeclaredTypeOfSymbol(exported.get(name)).getProperties().map((it) => [it.name, it]),
    );
    const wanted = [...Object.keys(methods), ...(Object.keys(events ?? {}).length ? ['on'] : [])];
    compare(`${name} members`, wanted, [...members.keys()]);
    const signatures = (member) => checker.getTypeOfSymbol(members.get(member)).getCallSignatures();
    const parameters = (signature) => signature.parameters.map((it) => checker.getTypeOfSymbol(it));
    for (const [method, fact] of Object.entries(methods)) {
        const [signature] = signatures(method);
        const [params] = parameters(signature);
        compare(`${name}.${method} params`, object(fact.params.map(factsField)), params ? fromTypes(params) : object([]));
        const answer = checker.getAwaitedType(signature.getReturnType());
        const [error, result] = ['error', 'result'].map((it) => fromTypes(checker.getTypeOfSymbol(answer.getProperty(it))));
        compare(`${name}.${method} result`, fromFacts(fact.result), result);
        const errors = fact.errors.map(({ codes, fields }) => factsVariant('code', codes, fields));
        compare(`${name}.${method} errors`, union(errors), error);
    }
    for (const [event, fact] of Object.entries(events ?? {})) {
        const overload = signatures('on').find((it) => fromTypes(parameters(it)[0])[0] === `'${event}'`);
        const [handler] = parameters(overload)[1].getCallSignatures();
        const [params] = parameters(handler);
        compare(`${name} event ${event}`, object(fact.params.map(factsField)), fromTypes(params));
    }
}
console.log(`${compared} places compared, ${differences.length} differ`);
if (differences.length) {
    console.log(differences.slice(0, 10).join('\n'));
    process.exit(1);
}

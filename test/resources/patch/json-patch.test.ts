import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { worked } from '../../../resources/effort.ts'
import { type JsonObject, type JsonValue, printLossless } from '../../../resources/json/lossless.ts'
import { applyJsonPatch } from '../../../resources/patch/json-patch.ts'
import { outcome, tree } from './shared.ts'

const patch = (document: unknown, operations: unknown): string =>
  outcome(() => applyJsonPatch(tree(document), tree(operations) as unknown as JsonValue))

interface Case {
  name: string
  document: JsonObject
  operations: JsonValue
  result?: JsonObject
  error?: string
}

const cases = tree(readFileSync(join(import.meta.dirname, 'json-patch-cases.json'), 'utf8')) as unknown as Case[]

for (const { name, document, operations, result, error } of cases) {
  const found = outcome(() => applyJsonPatch(document, operations))
  if (result) t.equal(found, printLossless(result), name)
  else t.match(found, new RegExp(error!), name)
}
t.equal(Reflect.get({}, 'polluted'), undefined, 'no prototype was changed')

t.test('changes neither the document nor the patch', async (t) => {
  const document = tree({ a: { b: [1] } })
  const operations = tree([
    { op: 'add', path: '/c', value: { d: [] } },
    { op: 'add', path: '/c/d/-', value: 1 },
    { op: 'add', path: '/a/b/-', value: 2 },
    { op: 'remove', path: '/a/b/0' },
    { op: 'copy', from: '/c', path: '/e' },
  ]) as unknown as JsonValue
  const [documentText, operationsText] = [printLossless(document), printLossless(operations)]
  const result = applyJsonPatch(document, operations)
  t.equal(printLossless(result), '{"a":{"b":[2]},"c":{"d":[1]},"e":{"d":[1]}}')
  t.equal(printLossless(document), documentText)
  t.equal(printLossless(operations), operationsText)
})

t.test('decimals stay as they are written', async (t) => {
  const operations = `[{"op":"test","path":"/a","value":1},{"op":"add","path":"/c","value":3.000},
    {"op":"copy","from":"/b","path":"/d"},{"op":"move","from":"/a","path":"/b/-"}]`
  t.equal(patch('{"a":1.00,"b":[2.50],"e":1e2}', operations), '{"b":[2.50,1.00],"e":1e2,"c":3.000,"d":[2.50]}')
  const other = '[{"op":"test","path":"/a","value":12345678901234567890.2}]'
  t.match(patch('{"a":12345678901234567890.1}', other), /^unprocessable /)
})

t.test('tells no values of the document', async (t) => {
  const result = patch({ ssn: '078-05-1120' }, [{ op: 'test', path: '/ssn', value: 'x' }])
  t.notMatch(result, /078/)
  t.match(result, /Operation 1 \(test \/ssn\)/)
})

t.test('repeats only the beginning of a long path', async (t) => {
  t.ok(patch({}, [{ op: 'remove', path: `/${'x'.repeat(10_000)}` }]).length < 400)
})

t.test('has a limit of operations', async (t) => {
  const many = Array.from({ length: 10_001 }, () => ({ op: 'test', path: '/a', value: 1 }))
  t.match(patch({ a: 1 }, many), /^invalid too-costly/)
  t.equal(patch({ a: 1 }, many.slice(1)), '{"a":1}')
})

t.test('does not let copies grow without end', async (t) => {
  const doubling = Array.from({ length: 40 }, (_, index) => ({ op: 'copy', from: '', path: `/${index}` }))
  t.match(patch({ a: 1 }, doubling), /^unprocessable too-costly.*copies more than/)
})

t.test('does not build trees too deep to print', async (t) => {
  const nested = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`
  const add = (path: string, depth: number) => `{"op":"add","path":"${path}","value":${nested(depth)}}`
  t.match(patch({}, `[${add('/x', 990)},${add(`/x${'/a'.repeat(989)}`, 100)}]`), /^unprocessable too-costly.*deeper/)
  const move = `{"op":"move","from":"/y","path":"/x${'/a'.repeat(600)}"}`
  t.match(patch({}, `[${add('/x', 601)},${add('/y', 601)},${move}]`), /^unprocessable too-costly.*deeper/)
  t.match(patch({}, [{ op: 'add', path: '/a'.repeat(1_000_000), value: 1 }]), /^unprocessable too-costly/)
})

t.test('stops a patch that takes too long', async (t) => {
  const document: JsonObject = { list: Array.from({ length: 3_000_000 }, () => '') }
  const operations = Array.from({ length: 10_000 }, () => ({ op: 'add', path: '/list/0', value: '' }))
  const start = worked()
  t.match(
    outcome(() => applyJsonPatch(document, operations)),
    /^unprocessable too-costly.*too long/,
  )
  t.ok(worked() - start < 10_000)
})

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { worked } from '../../../resources/effort.ts'
import { type JsonValue, printLossless } from '../../../resources/json/lossless.ts'
import { equalJson } from '../../../resources/patch/equal.ts'
import { applyFhirPathPatch } from '../../../resources/patch/fhirpath-patch.ts'
import { outcome, tree } from './shared.ts'

type Part = Record<string, unknown>

/** An operation in few words: beside type and path what the other parts hold, as value[x] or as a list of parts. */
interface Operation {
  type: string
  path: string
  [name: string]: unknown
}

interface Case {
  name: string
  resource: JsonValue
  operations: Operation[]
  result?: JsonValue
  error?: string
}

function operation({ type, path, ...more }: Operation): Part {
  const parts = Object.entries(more).map(([name, value]) => {
    if (typeof value === 'number') return { name, valueInteger: value }
    if (typeof value === 'string') return { name, valueString: value }
    return Array.isArray(value) ? { name, part: value } : { name, ...(value as Part) }
  })
  return { name: 'operation', part: [{ name: 'type', valueCode: type }, { name: 'path', valueString: path }, ...parts] }
}

const parameters = (operations: unknown[]) => ({ resourceType: 'Parameters', parameter: operations })

function patch(resource: unknown, ...operations: unknown[]): string {
  return outcome(() => applyFhirPathPatch(tree(resource), tree(parameters(operations))))
}

const patient = (more: object = {}) => ({ resourceType: 'Patient', ...more })
const extension = { url: 'http://x', valueString: 'y' }

const tables = JSON.parse(readFileSync(join(import.meta.dirname, 'fhirpath-patch-cases.json'), 'utf8')) as Record<
  string,
  Case[]
>

for (const [table, cases] of Object.entries(tables)) {
  for (const { name, resource, operations, result, error } of cases) {
    const found = patch(resource, ...operations.map(operation))
    if (error !== undefined) t.match(found, new RegExp(error), `${table}: ${name}`)
    else t.ok(found.startsWith('{') && equalJson(JSON.parse(found), result!), `${table}: ${name}`, { found })
  }
}

const MALFORMED: [name: string, parameter: unknown, wanted: RegExp][] = [
  ['another parameter', { name: 'patch' }, /^invalid .*Operation 1: .*named operation/],
  ['no parts', { name: 'operation' }, /^invalid .*type is missing/],
  ['no type', { name: 'operation', part: [{ name: 'path', valueString: 'Patient' }] }, /^invalid .*type is missing/],
  ['no path', { name: 'operation', part: [{ name: 'type', valueCode: 'delete' }] }, /^invalid .*path is missing/],
  ['a part without name', { name: 'operation', part: [{ valueCode: 'delete' }] }, /^invalid .*no name/],
  [
    'a path that is no text',
    {
      name: 'operation',
      part: [
        { name: 'type', valueCode: 'delete' },
        { name: 'path', valueInteger: 1 },
      ],
    },
    /^invalid .*path is missing or not text/,
  ],
  [
    'a part twice',
    {
      name: 'operation',
      part: [
        { name: 'type', valueCode: 'delete' },
        { name: 'type', valueCode: 'add' },
      ],
    },
    /^invalid .*twice/,
  ],
]

for (const [name, parameter, wanted] of MALFORMED) t.match(patch(patient(), parameter), wanted, `malformed: ${name}`)

t.test('a malformed operation behind one that does not fit', async (t) => {
  const unfit = operation({ type: 'replace', path: 'Patient.name[0]', value: { valueHumanName: { text: 'a' } } })
  t.match(patch(patient(), unfit, { name: 'patch' }), /^invalid .*Operation 2/)
})

t.test('decimals stay as they are written', async (t) => {
  const text = '{"resourceType":"Observation","valueQuantity":{"value":1.00},"referenceRange":[{"low":{"value":0.10}}]}'
  const more =
    '{"resourceType":"Parameters","parameter":[{"name":"operation","part":[{"name":"type","valueCode":"add"},{"name":"path","valueString":"Observation.referenceRange.where(low.exists())"},{"name":"name","valueString":"high"},{"name":"value","valueQuantity":{"value":2.50}}]}]}'
  const result = printLossless(applyFhirPathPatch(tree(text), tree(more)))
  t.equal(
    result,
    '{"resourceType":"Observation","valueQuantity":{"value":1.00},"referenceRange":[{"low":{"value":0.10},"high":{"value":2.50}}]}',
  )
})

t.test('changes neither the resource nor the patch, and each operation sees what those before it did', async (t) => {
  const resource = tree(
    patient({ name: [{ given: ['a'] }], birthDate: '1930', _birthDate: { extension: [extension] } }),
  )
  const operations = tree(
    parameters([
      operation({ type: 'add', path: 'Patient', name: 'name', value: { valueHumanName: { given: ['b'] } } }),
      operation({ type: 'add', path: 'Patient.name[1]', name: 'given', value: { valueString: 'c' } }),
      operation({ type: 'replace', path: 'Patient.birthDate.extension.value', value: { valueString: 'z' } }),
      operation({ type: 'delete', path: 'Patient.name[0].given[0]' }),
      operation({ type: 'replace', path: 'Patient.name.given[1]', value: { valueString: 'd' } }),
    ]),
  )
  const [resourceText, operationsText] = [printLossless(resource), printLossless(operations)]
  const result = applyFhirPathPatch(resource, operations)
  t.same(
    JSON.parse(printLossless(result)),
    patient({
      name: [{ given: ['b', 'd'] }],
      birthDate: '1930',
      _birthDate: { extension: [{ url: 'http://x', valueString: 'z' }] },
    }),
  )
  t.equal(printLossless(resource), resourceText)
  t.equal(printLossless(operations), operationsText)
})

t.test('names the operation that failed', async (t) => {
  const operations = parameters([
    operation({ type: 'delete', path: 'Patient.name' }),
    operation({ type: 'delete', path: 'Patient.telecom.rank' }),
  ])
  const resource = patient({ telecom: [{ rank: 1234 }, { rank: 1234 }] })
  try {
    applyFhirPathPatch(tree(resource), tree(operations))
    t.fail('it must throw')
  } catch (error) {
    t.match(error, {
      issues: [
        { expression: ['Parameters.parameter[1]'], diagnostics: /^Operation 2 \(delete Patient.telecom.rank\): / },
      ],
    })
    t.notMatch(JSON.stringify((error as { issues: unknown }).issues), /1234/)
  }
})

t.test('takes Parameters alone', async (t) => {
  t.match(
    outcome(() => applyFhirPathPatch(tree(patient()), tree(patient()))),
    /^invalid .*Parameters resource/,
  )
  t.equal(
    outcome(() => applyFhirPathPatch(tree(patient()), tree({ resourceType: 'Parameters' }))),
    '{"resourceType":"Patient"}',
  )
  t.match(
    outcome(() => applyFhirPathPatch(tree(patient()), tree({ resourceType: 'Parameters', parameter: {} }))),
    /^invalid .*not a list/,
  )
})

t.test('has a limit of operations', async (t) => {
  const many = Array.from({ length: 1_001 }, () => operation({ type: 'delete', path: 'Patient.name' }))
  t.match(patch(patient(), ...many), /^invalid too-costly/)
  t.equal(patch(patient(), ...many.slice(1)), '{"resourceType":"Patient"}')
})

t.test('stops a patch that takes too long', async (t) => {
  const slow = operation({
    type: 'delete',
    path: `Patient.name.where(${'%context.descendants().where('.repeat(8)}true${')'.repeat(8)}.exists())`,
  })
  const start = worked()
  const resource = patient({ name: Array.from({ length: 50 }, () => ({ given: ['a', 'b'] })) })
  t.match(patch(resource, ...Array.from({ length: 100 }, () => slow)), /^unprocessable too-costly/)
  t.ok(worked() - start < 10_000)
})

t.test('does not build trees too deep to print', async (t) => {
  const url = { name: 'url', valueUri: 'http://x' }
  const nest = (depth: number): Part[] => (depth === 0 ? [url] : [{ name: 'extension', part: nest(depth - 1) }])
  const deepest = 'Patient.descendants().where(url.exists()).last()'
  const operations = Array.from({ length: 6 }, (_, index) =>
    operation({ type: 'add', path: index === 0 ? 'Patient' : deepest, name: 'extension', value: nest(100) }),
  )
  const [first, ...more] = operations
  t.match(patch(patient(), first!, ...more), /^unprocessable too-costly/)
  t.match(patch(patient(), first!), /^\{/)
})

t.test('a value of many parts takes no time', async (t) => {
  const parts = Array.from({ length: 50_000 }, () => ({ name: 'given', valueString: 'a' }))
  const start = worked()
  t.ok(patch(patient(), operation({ type: 'add', path: 'Patient', name: 'name', value: parts })).length > 50_000)
  t.ok(worked() - start < 2_000)
})

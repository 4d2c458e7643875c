import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { patientsIn, patientsOf } from '../../../auth/audit/subjects.ts'
import { membersOf, storableTypes } from '../../../resources/definitions/definitions.ts'
import { parseReference } from '../../../resources/references.ts'
import { parametersOf } from '../../../search/parameters.ts'
import { readPieces } from '../../../server/cli/sources.ts'

const SHARED = process.env.SHARED ?? join(import.meta.dirname, '..', '..', '..', '..', 'shared')
const SYNTHEA = join(SHARED, 'data', 'synthea', 'uscore10.tar.gz')

const BASE = 'http://chartroom.test/fhir'

interface Resource {
  resourceType: string
  id?: string
  [member: string]: unknown
}

/** As the specification has it: by the FHIRPath of the search parameters. */
function plainly(resource: Resource): string[] {
  const { resourceType: type, id } = resource
  if (type === 'Patient') return id === undefined ? [] : [id]
  const references = ['patient', 'subject'].flatMap((code) => {
    const parameter = parametersOf(type).get(code)
    return parameter?.type === 'reference' ? parameter.select(resource).map(({ value }) => value) : []
  })
  return patientsAmong([...references, ...further(resource)])
}

function further({ resourceType, securityContext, member, entry }: Resource): unknown[] {
  const items = (list: unknown) => (list ?? []) as Record<string, unknown>[]
  if (resourceType === 'Binary') return [securityContext].flat()
  if (resourceType === 'Group') return items(member).flatMap(({ entity }) => entity)
  return resourceType === 'List' ? items(entry).flatMap(({ item }) => item) : []
}

function patientsAmong(references: unknown[]): string[] {
  const ids = references.flatMap((reference) => {
    const text = (reference as { reference?: unknown } | undefined)?.reference
    if (typeof text !== 'string') return []
    const own = text.startsWith(`${BASE}/`) ? text.slice(BASE.length + 1) : text
    const parsed = parseReference(own)
    return parsed.kind === 'relative' && parsed.type === 'Patient' ? [parsed.id] : []
  })
  return [...new Set(ids)]
}

const some = <V>(...values: V[]) => fc.constantFrom(...values)

const reference = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record(
      {
        type: some('Patient', 'Group', 'x"y'),
        identifier: fc.constant({ assigner: { reference: 'Patient/assigner' } }),
        reference: some(
          'Patient/1',
          'Patient/2',
          'Patient/2/_history/3',
          `${BASE}/Patient/3`,
          `${BASE}/Patient/3/_history/1`,
          `${BASE}/x/Patient/4`,
          'http://elsewhere.test/fhir/Patient/5',
          'Group/1',
          'Practitioner/1',
          '#p',
          'urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0',
          'Patient?identifier=1',
          'Patient/"6\\',
          'Patient/',
        ),
        display: some('"subject":{"reference":"Patient/7"}', 'Ünal', '\\'),
      },
      { requiredKeys: [] },
    ),
  },
  { weight: 1, arbitrary: fc.constantFrom(null, 'Patient/8', 5, [], { reference: { reference: 'Patient/9' } }) },
)

const one = fc.oneof(reference, fc.array(reference, { maxLength: 3 }))
const backbone = fc.array(
  fc.record({ actor: one, entity: one, item: one, target: one, who: one }, { requiredKeys: [] }),
  {
    maxLength: 3,
  },
)

/** Members that tell of patients, and others with the same names in other places. */
const resource = fc.tuple(some(...storableTypes), fc.boolean()).chain(([resourceType, contains]) =>
  fc
    .record(
      {
        id: some('1', 'p-1.x'),
        text: some(
          { div: '<div>"subject":{"reference":"Patient/7"}</div>' },
          { subject: 'subject', patient: 'patient' },
        ),
        contained: contains
          ? fc.constant([{ resourceType: 'Observation', subject: { reference: 'Patient/inner' } }])
          : fc.constant([]),
        language: some('subject', 'patient', 'contained'),
        ...Object.fromEntries(
          [
            'patient',
            'subject',
            'for',
            'beneficiary',
            'actor',
            'candidate',
            'individual',
            'deliverTo',
            'securityContext',
          ]
            .filter((name) => membersOf(resourceType).has(name))
            .map((name) => [name, one]),
        ),
        ...Object.fromEntries(
          ['participant', 'member', 'entry', 'link']
            .filter((name) => membersOf(resourceType).has(name))
            .map((name) => [name, backbone]),
        ),
        performer: one,
      },
      { requiredKeys: [], noNullPrototype: true },
    )
    .map((members): Resource => ({ resourceType, ...members })),
)

t.test('gives the patients that the parameters `patient` and `subject` lead to', async (t) => {
  let most = 0
  fc.assert(
    fc.property(resource, some(undefined, 2), (one, space) => {
      if (one.resourceType === 'Bundle') return
      const text = Buffer.from(JSON.stringify(one, null, space))
      const patients = patientsOf(one.resourceType, text, BASE)
      assert.deepStrictEqual(patients.toSorted(), plainly(one).toSorted())
      assert.deepStrictEqual(patientsIn(one, BASE).toSorted(), patients.toSorted())
      most = Math.max(most, patients.length)
    }),
    { numRuns: 6_000 },
  )
  t.ok(most > 1)
})

t.test('an absolute reference counts where it leads to this server', async (t) => {
  const text = Buffer.from('{"resourceType":"Flag","subject":{"reference":"http://a.test/fhir/Patient/1"}}')
  t.strictSame(patientsOf('Flag', text, 'http://a.test/fhir'), ['1'])
  t.strictSame(patientsOf('Flag', text, 'http://a.test/fhir/'), ['1'])
  t.strictSame(patientsOf('Flag', text, 'http://a.test'), [], 'of another root')
  t.strictSame(patientsOf('Flag', text, 'http://a.test/fh'), [])
  t.strictSame(patientsOf('Flag', text), [])
})

t.test('of a Bundle it is those of its resources that are of this server', async (t) => {
  const subject = { reference: 'Patient/1' }
  const entry = [
    { resource: { resourceType: 'Composition', subject } },
    { fullUrl: `${BASE}/Patient/2`, resource: { resourceType: 'Patient', id: '2' } },
    { fullUrl: 'urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0', resource: { resourceType: 'Flag', subject } },
    { fullUrl: 'http://elsewhere.test/Patient/3', resource: { resourceType: 'Patient', id: '3' } },
    {
      fullUrl: 'http://elsewhere.test/Flag/1',
      resource: { resourceType: 'Flag', subject: { reference: 'Patient/4' } },
    },
    {},
    null,
  ]
  t.strictSame(patientsOf('Bundle', Buffer.from(JSON.stringify({ resourceType: 'Bundle', entry })), BASE), ['1', '2'])
})

t.test('of a type that R4 does not have there are none', async (t) => {
  t.strictSame(patientsOf('Nothing', Buffer.from('{"subject":{"reference":"Patient/1"}}')), [])
  t.strictSame(patientsOf('Organization', Buffer.from('{"subject":{"reference":"Patient/1"}}')), [])
  t.strictSame(patientsIn(undefined), [])
  t.strictSame(patientsIn({ resourceType: '__proto__', subject: { reference: 'Patient/1' } }), [])
})

t.test(
  'of real data it is the same',
  { skip: existsSync(SYNTHEA) ? false : `left out: ${SYNTHEA} is not here` },
  async (t) => {
    const types = new Map<string, number>()
    for await (const { bytes } of readPieces(SYNTHEA, () => undefined)) {
      const bundle = JSON.parse(bytes!.toString()) as { entry: { fullUrl: string; resource: Resource }[] }
      const names = new Map(
        bundle.entry.map(({ fullUrl, resource: { resourceType, id } }) => [fullUrl, `${resourceType}/${id}`]),
      )
      for (const { resource } of bundle.entry) {
        const text = JSON.stringify(resource).replace(/urn:uuid:[0-9a-f-]{36}/g, (urn) => names.get(urn) ?? urn)
        const patients = patientsOf(resource.resourceType, Buffer.from(text), BASE)
        assert.deepStrictEqual(patients, plainly(JSON.parse(text)), text)
        types.set(resource.resourceType, (types.get(resource.resourceType) ?? 0) + patients.length)
      }
    }
    t.ok([...types.values()].filter((count) => count > 0).length > 12, 'of a dozen types')
  },
)

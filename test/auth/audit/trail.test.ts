import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import type { Deed, DeedPart, RecordedDeed } from '../../../auth/audit/deed.ts'
import { agentName } from '../../../auth/audit/keys.ts'
import { AuditTrail, type TrailQuery } from '../../../auth/audit/trail.ts'
import { PLAIN } from './deeds.ts'
import { PlainLog } from './plain-log.ts'

async function found(trail: AuditTrail, query: TrailQuery): Promise<RecordedDeed[]> {
  return Array.fromAsync(trail.deeds(query))
}

const some = <V>(...values: V[]) => fc.constantFrom(...values)
const part = fc.record({
  type: some('Patient', 'Condition'),
  id: some('1', '2'),
  action: some('C', 'U'),
  patients: fc.subarray(['1', '2']),
})

const deed: fc.Arbitrary<Deed> = fc.record({
  at: fc.integer({ min: 0, max: 20 }),
  kind: some('rest'),
  code: some('read', 'search-type', 'update'),
  action: some('R', 'U', 'E'),
  outcome: some('0', '4'),
  agent: some({ user: 'Practitioner/1' }, { system: 'server' }, { subject: 's', client: 'c' }, { client: 'c' }, {}),
  purposes: fc.subarray(['TREAT', 'HPAYMT']),
  request: some('r1', 'r2'),
  patients: fc.subarray(['1', '3']),
  parts: fc.array(part as fc.Arbitrary<DeedPart>, { maxLength: 2 }),
})

const listed = <V>(...values: V[]) => fc.option(fc.subarray(values), { nil: undefined, freq: 3 })

const query = fc
  .record({
    patients: listed('1', '2', '3'),
    agents: listed('Practitioner/1', 'server', '|s', '|c'),
    clients: listed('c', 'd'),
    entities: listed('Patient/1', 'Condition/2'),
    requests: listed('r1', 'r3'),
    purposes: listed('TREAT', 'HPAYMT'),
    actions: listed('C' as const, 'R' as const, 'U' as const),
    outcomes: listed('0' as const, '4' as const),
    codes: listed('read', 'update'),
    from: fc.option(fc.integer({ min: 0, max: 20 }), { nil: undefined }),
    to: fc.option(fc.integer({ min: 0, max: 20 }), { nil: undefined }),
    descending: fc.option(fc.boolean(), { nil: undefined }),
  })
  .map((all) => Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as TrailQuery)

/** What each list of a query is compared with. */
const HAS: Record<string, (deed: Deed) => string[]> = {
  patients: ({ patients = [], parts = [] }) => [...patients, ...parts.flatMap((one) => one.patients)],
  agents: ({ agent }) => [agentName(agent)],
  clients: ({ agent }) => (agent.client === undefined ? [] : [agent.client]),
  entities: ({ parts = [] }) => parts.map(({ type, id }) => `${type}/${id}`),
  requests: ({ request }) => [request!],
  purposes: ({ purposes }) => [...purposes!],
  actions: ({ action, parts = [] }) => [action, ...parts.flatMap((one) => one.action ?? [])],
  outcomes: ({ outcome }) => [outcome],
  codes: ({ code }) => [code],
}

function fits(deed: RecordedDeed, { from = 0, to = Number.POSITIVE_INFINITY, descending: _, ...lists }: TrailQuery) {
  const listsFit = Object.entries(lists).every(([name, wanted]) =>
    HAS[name]!(deed).some((value) => (wanted as string[]).includes(value)),
  )
  return listsFit && deed.recorded >= from && deed.recorded < to
}

t.test('gives the deeds that fit, in the order of time', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.array(deed, { maxLength: 30 }), query, async (deeds, asked) => {
      const log = new PlainLog()
      for (const one of deeds.toSorted((a, b) => a.at - b.at)) log.add(one)
      const trail = new AuditTrail(log)
      const all = await found(trail, {})
      assert.equal(all.length, deeds.length)
      const expected = all.filter((one) => fits(one, asked))
      if (asked.descending) expected.reverse()
      assert.deepStrictEqual(await found(trail, asked), expected)
    }),
    { numRuns: 500 },
  )
  t.pass()
})

t.test('gives thousands in pages, each once, and from behind a key on', async (t) => {
  const log = new PlainLog()
  for (let at = 0; at < 1_234; at++) log.add({ ...PLAIN, at: Math.floor(at / 7) })
  const trail = new AuditTrail(log)
  const keys = (await found(trail, {})).map(({ key }) => key)
  t.equal(new Set(keys).size, 1_234)
  t.strictSame(keys, keys.toSorted())
  t.strictSame(
    (await found(trail, { descending: true, after: keys[1_000]! })).map(({ key }) => key),
    keys.slice(0, 1_000).reverse(),
  )
  t.equal((await trail.read(keys[5]!))?.number, 6)
  t.equal(await trail.read('none'), undefined)
})

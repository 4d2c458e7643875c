import t from 'tap'
import { ConsentCutter } from '../../../auth/consent/cuts.ts'
import { decidedBy } from '../../../auth/consent/denial.ts'
import { HeldConsents } from '../../../auth/consent/held.ts'
import { UTC } from '../../../resources/zone.ts'
import { type Facts, matches, type World } from '../../../search/matches.ts'
import { restrictionOf } from '../../../search/searcher.ts'
import { BASE } from '../../support/criteria.ts'
import { factsOf, writeOf } from '../../support/facts.ts'
import { openStore } from '../../support/stores.ts'
import { CALLERS, consent, dice, resources } from './cases.ts'
import { isDenied } from './naive.ts'

const NOW = Date.parse('2026-06-01T12:00:00Z')
const RUNS = 150

t.test('any consents leave any caller what a naive reading of them does: in memory, and in the store', async (t) => {
  const random = dice(7)
  const all = resources(random)
  const { store, searcher } = await openStore(t)
  await store.commit({ changes: all.map((one) => writeOf(one)), guards: [] })
  const types = [...new Set(all.map(({ resourceType }) => resourceType))]
  const byType = new Map<string, Facts[]>()
  for (const type of types) {
    byType.set(
      type,
      all.filter((one) => one.resourceType === type).map((one) => factsOf(writeOf(one), 0)[0]![1]),
    )
  }
  const worldOf = (type: string): World => ({ type, resources: (other) => byType.get(other) ?? [] })
  let cut = 0
  for (let run = 0; run < RUNS; run++) {
    const consents = Array.from({ length: 1 + Math.floor(random() * 4) }, (_, at) => consent(random, `c${at}`))
    const held = new HeldConsents({ baseUrl: BASE, zone: UTC })
    for (const one of consents) held.take(one.id, 1, one)
    const cutter = new ConsentCutter(held)
    for (const [name, caller] of Object.entries(CALLERS)) {
      const { may, denials } = cutter.cuts(caller, NOW)
      for (const type of types) {
        const left = all.filter((one) => one.resourceType === type && !isDenied(consents, caller, NOW, one))
        const wanted = left.map(({ id }) => id).sort()
        const words = `${run} ${name} ${type} ${JSON.stringify(consents)}`
        const facts = byType.get(type)!
        const where = restrictionOf(may.r, type)
        const seen = facts.filter((one) => matches(where, one, worldOf(type)))
        if (
          seen
            .map(({ id }) => id)
            .sort()
            .join() !== wanted.join()
        ) {
          t.strictSame(seen.map(({ id }) => id).sort(), wanted, words)
          return
        }
        for (const one of facts.filter((fact) => !seen.includes(fact))) {
          if (decidedBy(denials, type, one, worldOf(type)).length === 0)
            t.fail(`nothing decided on ${one.id}: ${words}`)
        }
        cut += facts.length - seen.length
        if (run % 10 === 0) {
          const ids = await searcher.ids({ type, where: { kind: 'all' }, restriction: may.s }, 100)
          t.strictSame(ids.sort(), wanted, `the store: ${words}`)
        }
      }
    }
  }
  t.ok(cut > RUNS, 'something is cut')
})

t.test('many who deny alike are one rule, and are told apart from the others', async (t) => {
  const { store, searcher } = await openStore(t)
  const ids = Array.from({ length: 120 }, (_, at) => `p${at}`)
  const all = ids.flatMap((id) => [
    { resourceType: 'Patient', id },
    { resourceType: 'Observation', id: `o-${id}`, code: { text: 'x' }, subject: { reference: `Patient/${id}` } },
    {
      resourceType: 'Condition',
      id: `c-${id}`,
      subject: { reference: `Patient/${ids[0]}` },
      asserter: { reference: `Patient/${id}` },
    },
  ])
  await store.commit({ changes: all.map((one) => writeOf(one)), guards: [] })
  const held = new HeldConsents({ baseUrl: BASE, zone: UTC })
  const scope = { coding: [{ code: 'patient-privacy' }] }
  for (const id of ids.slice(20)) {
    const patient = { reference: `Patient/${id}` }
    held.take(`c-${id}`, 1, { resourceType: 'Consent', status: 'active', scope, patient, provision: { type: 'deny' } })
  }
  t.equal([...held.held].length, 1)
  const restriction = new ConsentCutter(held).cuts(CALLERS.physician!, NOW).may.s
  const found = (type: string) => searcher.ids({ type, where: { kind: 'all' }, restriction }, 1000)
  const left = ids.slice(0, 20)
  t.strictSame((await found('Patient')).sort(), [...left].sort())
  t.strictSame((await found('Observation')).sort(), left.map((id) => `o-${id}`).sort())
  t.strictSame((await found('Condition')).sort(), left.map((id) => `c-${id}`).sort())
  const where = {
    kind: 'reference',
    param: 'asserter',
    targets: ids.map((id) => ({ type: 'Patient', id })),
    bare: { types: [], ids: [] },
    uris: [],
  } as const
  const asked = { ...where, targets: [...where.targets], bare: { types: [], ids: [] }, uris: [] }
  t.equal(await searcher.count({ type: 'Condition', where: asked, restriction }), 20)
})

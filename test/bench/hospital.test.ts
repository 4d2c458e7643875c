import t from 'tap'
import { Hospital } from '../../bench/hospital/hospital.ts'
import { recordsOf } from '../../bench/hospital/records.ts'
import { resourcesOf } from '../../bench/hospital/resources.ts'
import { startOf } from '../../bench/hospital/size.ts'
import { parseDocument } from '../../resources/json/parse.ts'
import { NO_HASH, recordHash } from '../../resources/store/audit-hash.ts'
import { checkStructure } from '../../resources/validation/structure/check.ts'

const SMALL = { events: 3_000, days: 20, seed: 5, end: '2026-11-01' }

t.test('the same seed gives the same accesses, another one others', async (t) => {
  const hashOf = (seed: number) => [...recordsOf(new Hospital({ ...SMALL, seed }).days())].at(-1)!.hash
  t.equal(hashOf(5), hashOf(5))
  t.not(hashOf(5), hashOf(6))
})

t.test('accesses are in the order of time, within the days, and about as many as wanted', async (t) => {
  const hospital = new Hospital(SMALL)
  const deeds = [...hospital.days()].flat()
  t.strictSame(
    deeds.map(({ at }) => at),
    deeds.map(({ at }) => at).sort((one, other) => one - other),
  )
  t.ok(deeds[0]!.at >= startOf(SMALL) && deeds.at(-1)!.at < Date.parse('2026-11-01T00:10:00Z'))
  t.ok(Math.abs(deeds.length - SMALL.events) < SMALL.events * 0.25, String(deeds.length))
})

t.test('its records stand in one chain, each hashed with the one before', async (t) => {
  let before = NO_HASH
  let at = 0
  for (const record of recordsOf(new Hospital(SMALL).days())) {
    t.ok(record.number === ++at && record.recorded >= 0)
    if (recordHash(before, record) !== record.hash) t.fail(record.key)
    before = record.hash
  }
  t.ok(at > 1_000)
})

t.test('its resources are valid, and each planted case is about people of its', async (t) => {
  const hospital = new Hospital(SMALL)
  for (const _ of hospital.days());
  const names = new Set<string>()
  for (const resource of resourcesOf(hospital)) {
    const { value, text } = parseDocument(Buffer.from(JSON.stringify(resource)), 50)
    const issues = checkStructure(value, text)
    if (issues.length > 0) t.fail(`${resource.resourceType}/${resource.id}: ${JSON.stringify(issues)}`)
    names.add(`${resource.resourceType}/${resource.id}`)
  }
  for (const { user, patients, from, to } of hospital.cases) {
    t.ok(names.has(user) && patients.every((id) => names.has(`Patient/${id}`)), user)
    t.ok(from <= to && from >= startOf(SMALL))
  }
})

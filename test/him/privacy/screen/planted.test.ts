import t from 'tap'
import { systemAccess } from '../../../../auth/access.ts'
import { AuditTrail } from '../../../../auth/audit/trail.ts'
import { Hospital } from '../../../../bench/hospital/hospital.ts'
import { loadResources } from '../../../../bench/hospital/load.ts'
import { recordsOf, restoreRecords } from '../../../../bench/hospital/records.ts'
import { resourcesOf } from '../../../../bench/hospital/resources.ts'
import { missed, precision, recall, scores } from '../../../../bench/hospital/score.ts'
import { startOf } from '../../../../bench/hospital/size.ts'
import { Chart } from '../../../../him/privacy/screen/chart.ts'
import { People } from '../../../../him/privacy/screen/people.ts'
import { RecordReasons } from '../../../../him/privacy/screen/reasons.ts'
import { SHIPPED_RULES } from '../../../../him/privacy/screen/rules.ts'
import { Screen } from '../../../../him/privacy/screen/screen.ts'
import type { Archive } from '../../../../resources/store/archive.ts'
import type { Store } from '../../../../resources/store/port.ts'
import { UTC } from '../../../../resources/zone.ts'
import { ON_MONGO } from '../../../support/place.ts'
import { BASE } from '../../../support/server.ts'
import { openStore } from '../../../support/stores.ts'

/** A compatible server takes its time: there the hospital is smaller still. */
const SMALL = {
  seed: 2027,
  end: '2026-11-01',
  ...(ON_MONGO ? { events: 4_000, days: 20 } : { events: 20_000, days: 30 }),
}

t.test('the screen finds all that is planted in a small hospital, and little else', async (t) => {
  const { store, searcher } = await openStore(t)
  const hospital = new Hospital(SMALL)
  await restoreRecords((store as Store & { archive: Archive }).archive, recordsOf(hospital.days()))
  await loadResources(store, resourcesOf(hospital), { baseUrl: BASE, zone: UTC })
  const screen = new Screen({
    deeds: new AuditTrail(store.audit).deeds({ from: startOf(SMALL), to: Date.parse(SMALL.end) }),
    start: startOf(SMALL),
    end: Date.parse(SMALL.end),
    rules: SHIPPED_RULES,
    zone: UTC,
    people: new People(new Chart(searcher, systemAccess('test').may.s)),
    reasons: new RecordReasons(searcher, { baseUrl: BASE, zone: UTC }),
  })
  const findings = await screen.run()
  t.strictSame(missed(findings, hospital.cases), [])
  const all = scores(findings, hospital.cases)
  for (const score of all) t.equal(recall(score), 1, score.rule)
  t.equal(all.length, Object.keys(SHIPPED_RULES.rules).length + 1, 'each rule finds something')
  const overall = all.find(({ rule }) => rule === 'all')!
  t.ok(overall.planted >= 30 && precision(overall) >= 0.8, `${overall.right} of ${overall.findings}`)
  t.ok(screen.share.explained / screen.share.looks > (ON_MONGO ? 0.75 : 0.9), JSON.stringify(screen.share))
  for (const { evidence, citation, subject } of findings) t.ok(evidence.length > 0 && citation !== '' && subject !== '')
})

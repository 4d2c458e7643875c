import t from 'tap'
import { worked } from '../../../../resources/effort.ts'
import { indexFacts, patientKeyBytes } from '../../../../resources/store/mongo/document.ts'
import { prepare } from '../../../../resources/store/mongo/prepare.ts'
import type { IndexEntry, WriteChange } from '../../../../resources/store/port.ts'

const change = (more: Partial<WriteChange>): WriteChange => ({
  kind: 'write',
  method: 'PUT',
  type: 'Account',
  id: 'a',
  text: Buffer.from('{}'),
  metaAt: 1,
  entries: [],
  ...more,
})

const ofPatients = (patients: number, codes: number) => [
  ...Array.from({ length: patients }, (_, at): IndexEntry => ['reference', 'patient', 'Patient', `p${at}`]),
  ...Array.from({ length: codes }, (_, at): IndexEntry => ['token', 'type', 'urn:é', `c${at}`]),
]

t.test('keys of patients are counted before they are made', async (t) => {
  for (const [patients, codes] of [
    [0, 9],
    [9, 0],
    [1, 1],
    [50, 70],
  ] as const) {
    const entries = ofPatients(patients, codes)
    const { pk = [] } = indexFacts(entries)
    const bytes = pk.reduce((sum, key) => sum + Buffer.byteLength(key), 0)
    t.ok(patientKeyBytes(entries) >= bytes, `${patients} and ${codes}`)
  }
  const began = worked()
  await t.rejects(prepare([change({ entries: ofPatients(20_000, 20_000) })]), { name: 'FhirError', kind: 'too-large' })
  const contained = [{ type: 'Account', id: 'b', entries: ofPatients(20_000, 20_000) }]
  await t.rejects(prepare([change({ contained })]), { name: 'FhirError', kind: 'too-large' })
  t.ok(worked() - began < 2_000, 'which took no time')
})

t.test('what a resource holds is counted', async (t) => {
  const contained = Array.from({ length: 120_000 }, (_, at) => ({
    type: 'MedicinalProductUndesirableEffect',
    id: `${'x'.repeat(58)}${at}`,
    entries: [],
  }))
  await t.resolves(prepare([change({ contained })]))
  await t.rejects(prepare([change({ contained, text: Buffer.alloc(5_000_000) })]), {
    name: 'FhirError',
    kind: 'too-large',
  })
})

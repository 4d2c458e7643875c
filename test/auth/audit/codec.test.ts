import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { decodeRecord, encodeDeed, keysInText, MOST_KEYS, MOST_TEXT } from '../../../auth/audit/codec.ts'
import type { Deed, DeedPart, RecordedDeed } from '../../../auth/audit/deed.ts'
import { keysOf, keysOfPart, patientKey, tallyOf, tallyText } from '../../../auth/audit/keys.ts'
import type { AuditEntry } from '../../../resources/store/audit.ts'
import { anyDeed, PLAIN, recordsOf } from './deeds.ts'

function deedIn({ key: _, recorded: __, chain: ___, number: ____, hash: _____, ...deed }: RecordedDeed) {
  return deed
}

/** What a deed's records say together. */
function joined(entries: readonly AuditEntry[]) {
  const deeds = recordsOf(entries).map((record) => deedIn(decodeRecord(record)))
  return {
    parts: deeds.flatMap(({ parts = [] }) => parts),
    patients: deeds.flatMap(({ patients = [] }) => patients),
    query: deeds.map(({ query = '' }) => query).join(''),
  }
}

function isWithin({ text, keys }: AuditEntry): boolean {
  return Buffer.byteLength(text) <= MOST_TEXT && keys.length <= MOST_KEYS && new Set(keys).size === keys.length
}

t.test('a deed is read back as it was', async (t) => {
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(anyDeed, (deed) => {
        const [record, ...more] = recordsOf(encodeDeed(deed))
        assert.deepStrictEqual(more, [])
        const { key, recorded, chain, number, hash, ...back } = decodeRecord(record!)
        assert.deepStrictEqual(
          { key, recorded, chain, number },
          { key: 'a-00000001', recorded: 1_764_376_912_345, chain: 'a', number: 1 },
        )
        assert.match(hash, /^[0-9a-f]{64}$/)
        assert.deepStrictEqual(back, deed)
      }),
    ),
  )
})

t.test('is found by its agent, client, request, resources and patients, each once', async (t) => {
  const [entry] = encodeDeed({
    ...PLAIN,
    code: 'update',
    action: 'U',
    outcome: '4',
    agent: { user: 'Practitioner/1', subject: 'dr', client: 'app' },
    purposes: ['TREAT', 'HPAYMT'],
    request: 'abc',
    parts: [
      { type: 'Patient', id: 'p', version: 2, patients: ['p'] },
      { type: 'Condition', id: 'c', action: 'C', patients: ['p'] },
    ],
    patients: ['p', 'q'],
  })
  t.strictSame(entry!.keys.toSorted(), [
    'a Practitioner/1',
    'c app',
    'e Condition/c',
    'e Patient/p',
    'o 4',
    'p p',
    'p q',
    'r abc',
    's update',
    'u HPAYMT',
    'x C',
    'x U',
  ])
  t.strictSame(encodeDeed({ ...PLAIN, purposes: ['TREAT'] })[0]!.keys, [], 'what most have alike has no key')
})

t.test('a read of one resource takes less than 340 bytes', async (t) => {
  const id = '0196e1f5-7c3a-7d6e-8b1a-3f1c2d4e5a6b'
  const [entry] = encodeDeed({
    ...PLAIN,
    agent: { user: `Practitioner/${id}`, client: 'ward-app' },
    from: '10.1.2.3',
    purposes: ['TREAT'],
    decidedBy: ['policy/coder|3'],
    request: id,
    parts: [{ type: 'Observation', id, version: 1, patients: [id] }],
  })
  t.ok(entry!.text.length < 340, entry!.text)
})

t.test('parts that are written have their versions from the outcomes', async (t) => {
  const parts: DeedPart[] = [
    { type: 'Patient', id: 'a', written: true, action: 'U', patients: ['a'] },
    { type: 'Observation', id: 'b', version: 7, action: 'R', patients: [] },
    { type: 'Condition', id: 'c', written: true, action: 'U', patients: ['a'] },
  ]
  const [entry] = encodeDeed({ ...PLAIN, code: 'transaction', action: 'E', parts }, [4, 2])
  t.strictSame(entry!.changes, [4, 2])
  const [record] = recordsOf([entry!])
  const outcomes = [
    { version: 9, created: false },
    { version: 1, created: true },
  ]
  t.strictSame(decodeRecord({ ...record!, outcomes }).parts, [
    { type: 'Patient', id: 'a', version: 9, action: 'U', patients: ['a'] },
    { type: 'Observation', id: 'b', version: 7, action: 'R', patients: [] },
    { type: 'Condition', id: 'c', version: 1, action: 'C', patients: ['a'] },
  ])
  t.ok(entry!.keys.includes('x C'), 'an update may create: it is found by both')
  t.throws(() => encodeDeed({ ...PLAIN, parts }, [4]), { message: 'not as many changes as parts that are written' })
})

t.test('a transaction of 20,000 entries is kept in several records, none of it left out', async (t) => {
  const parts = Array.from({ length: 20_000 }, (_, at): DeedPart => {
    const patients = [`patient-${at % 700}`]
    return { type: 'Observation', id: `observation-${at}`, action: 'C', written: true, patients }
  })
  const changes = parts.map((_, at) => at * 2)
  const entries = encodeDeed({ ...PLAIN, code: 'transaction', action: 'E', request: 'r', parts }, changes)
  t.ok(entries.length > 1 && entries.every(isWithin))
  t.ok(entries.every(({ keys }) => keys.includes('r r') && keys.includes('s transaction')))
  t.strictSame(
    entries.flatMap((entry) => entry.changes),
    changes,
  )
  t.strictSame(
    joined(entries).parts,
    parts.map(({ written: _, ...part }, at) => ({ ...part, version: 1 + at * 2 })),
  )
  const further = recordsOf(entries).map((record) => decodeRecord(record).further ?? false)
  t.strictSame(further, [false, ...Array.from({ length: entries.length - 1 }, () => true)])
  t.strictSame(
    entries.map(({ tally }) => tallyOf(tally)?.code),
    ['transaction', ...Array.from({ length: entries.length - 1 }, () => undefined)],
    'and counted once',
  )
})

t.test('a search of a long query that disclosed many patients is kept in several records', async (t) => {
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 5_000 }),
        fc.integer({ min: 0, max: 400_000 }),
        fc.nat(2_500),
        (many, long, of) => {
          const patients = Array.from(
            { length: many },
            (_, at) => `0196e1f5-7c3a-7d6e-8b1a-${String(at).padStart(12, '0')}`,
          )
          const own = Array.from({ length: of }, (_, at) => `member-${at}`)
          const deed: Deed = {
            ...PLAIN,
            query: '\u0001ü%'.repeat(long / 3),
            patients,
            parts: [{ type: 'Group', id: 'g', patients: own }],
            decidedBy: Array.from({ length: of }, (_, at) => `Consent/${at}`),
          }
          const entries = encodeDeed(deed)
          assert.ok(entries.every(isWithin))
          const back = joined(entries)
          assert.deepStrictEqual(back.patients, patients)
          assert.equal(back.query, deed.query)
          assert.deepStrictEqual(
            back.parts.flatMap((part) => part.patients),
            own,
          )
          assert.ok(back.parts.every(({ id }) => id === 'g'))
          const keys = new Set(entries.flatMap((entry) => entry.keys))
          assert.ok([...patients, ...own].every((patient) => keys.has(patientKey(patient))))
          const decided = recordsOf(entries).flatMap((record) => decodeRecord(record).decidedBy ?? [])
          assert.deepStrictEqual([...new Set(decided)], deed.decidedBy)
        },
      ),
      { numRuns: 20 },
    ),
  )
})

t.test('an AuditEvent that is too long for a record is refused', async (t) => {
  const event = { resourceType: 'AuditEvent', outcomeDesc: 'x'.repeat(MOST_TEXT) }
  t.throws(() => encodeDeed({ ...PLAIN, kind: 'external', code: 'create', event }), { message: 'too-large' })
})

t.test('what deeds are counted under is read back', async (t) => {
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(anyDeed, (deed) => {
        const tally = tallyOf(tallyText(deed))!
        const { kind, code, action, outcome } = deed
        assert.deepStrictEqual({ ...tally, agent: '' }, { kind, code, action, outcome, agent: '' })
        assert.equal(tallyText({ ...deed, agent: tally.agent === '' ? {} : { user: tally.agent } }), tallyText(deed))
      }),
    ),
  )
  t.equal(tallyOf('anything else'), undefined)
})

t.test('every record of a deed has the keys of what stands in it', async (t) => {
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(anyDeed, (deed) => {
        const [entry] = encodeDeed(deed)
        const wanted = [
          ...keysOf(deed),
          ...(deed.parts ?? []).flatMap(keysOfPart),
          ...(deed.patients ?? []).map(patientKey),
        ]
        assert.deepStrictEqual(new Set(entry!.keys), new Set(wanted))
        assert.deepStrictEqual(keysInText(entry!.text), entry!.keys)
      }),
    ),
  )
})

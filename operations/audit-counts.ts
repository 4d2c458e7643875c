import { type Access, mayAll, withholds } from '../auth/access.ts'
import { type Tally, tallyOf } from '../auth/audit/keys.ts'
import { FhirError } from '../resources/fhir-error.ts'
import { Pace } from '../resources/pace.ts'
import { defineInquiry } from './inquiry.ts'

const DAY = 24 * 60 * 60 * 1000

/** Days that are counted where no period is given. */
const USUAL = 31

/** Numbers in one answer at the most. */
const MOST_ROWS = 20_000

/** What deeds are counted by: what a tally has of each, and the day. */
const BY = {
  day: (day: string) => day,
  agent: (_: string, { agent }: Tally) => agent,
  type: (_: string, { kind }: Tally) => kind,
  subtype: (_: string, { code }: Tally) => code,
  action: (_: string, { action }: Tally) => action,
  outcome: (_: string, { outcome }: Tally) => outcome,
} as const satisfies Record<string, (day: string, tally: Tally) => string>

/**
 * How many deeds the audit log has of a period, by day, agent, type, subtype, action or outcome: from what is counted as it is
 * recorded, so that it costs the same however many they are. For those alone who may see all of the log.
 */
export const auditCounts = defineInquiry({
  code: 'counts',
  definition: 'https://chartroom.invalid/fhir/OperationDefinition/AuditEvent-counts',
  levels: ['type'],
  resourceTypes: ['AuditEvent'],
  affectsState: false,
  judgedBy: 'AuditEvent',
  input: {
    by: { type: 'code', doc: 'day (where it is not given), agent, type, subtype, action or outcome' },
    start: { type: 'date', doc: `first day, in UTC; where it is not given, ${USUAL} days in all` },
    end: { type: 'date', doc: 'last day, in UTC; today where it is not given' },
  },
  demand(access: Access) {
    if (mayAll(access, 's', 'AuditEvent') && !withholds(access, 'AuditEvent')) return
    throw FhirError.of('forbidden', 'Counts are for those who may see all AuditEvents.')
  },
  async run({ audit, now }, { by = 'day', start, end }) {
    if (!isDimension(by)) throw FhirError.of('invalid', `by takes ${Object.keys(BY).join(', ')}.`, { code: 'value' })
    const until = end ? end.end - 1 : now
    const [first, last] = [dayOf(start?.start ?? until - (USUAL - 1) * DAY), dayOf(until)]
    if (first > last) throw FhirError.of('invalid', 'start is behind end.', { code: 'value' })
    const counts = new Map<string, number>()
    const pace = new Pace()
    for await (const { day, tally, count } of audit.tallies(first, last)) {
      const counted = tallyOf(tally)
      if (!counted) continue
      const name = BY[by](day, counted)
      counts.set(name, (counts.get(name) ?? 0) + count)
      if (counts.size > MOST_ROWS) throw tooMany()
      if (pace.due) await pace.rest()
    }
    return { resource: answerOf(counts, first, last, by), count: 0 }
  },
})

function isDimension(by: string): by is keyof typeof BY {
  return Object.hasOwn(BY, by)
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}

function tooMany(): FhirError {
  return FhirError.of('invalid', `These are more than ${MOST_ROWS} numbers; narrow the period.`, { code: 'too-costly' })
}

/** Days in their order, all else the most first. */
function answerOf(counts: ReadonlyMap<string, number>, start: string, end: string, by: string): object {
  const rows = [...counts].sort(([one, many], [other, more]) => {
    const byName = one < other ? -1 : 1
    return by === 'day' ? byName : more - many || byName
  })
  const total = rows.reduce((sum, [, count]) => sum + count, 0)
  return {
    resourceType: 'Parameters',
    parameter: [
      { name: 'period', valuePeriod: { start, end } },
      { name: 'total', valueDecimal: total },
      ...rows.map(([name, count]) => ({
        name: 'count',
        part: [...(name === '' ? [] : [{ name: by, valueString: name }]), { name: 'number', valueDecimal: count }],
      })),
    ],
  }
}

import type { CodeableConcept, Task } from '@medplum/fhirtypes'
import { systemAccess } from '../../../auth/access.ts'
import type { Searcher } from '../../../search/searcher.ts'
import { nameOf, type ReadingContext, spanOf } from '../record-reading.ts'

/** CodeSystem of this server's Tasks. */
const TASKS = 'https://chartroom.invalid/fhir/CodeSystem/task'

/** Task.code of a suspension, and Task.input.type of the kind of its statement (`written`, else it is oral). */
const SUSPENSION = 'suspend-accounting'
const STATEMENT = 'statement'

const OVER: ReadonlySet<string> = new Set(['cancelled', 'rejected', 'failed', 'completed', 'entered-in-error'])

/** Days that an oral statement holds at the most (45 CFR 164.528(a)(2)(ii)(C)). */
const ORAL = 30 * 86_400_000

/** Suspensions of one patient that are looked at. */
const MOST = 1_000

const { s: EVERYTHING } = systemAccess('suspended accountings').may

/**
 * The recipients (`Organization/1`) of whose disclosures an accounting tells nothing at a moment, since an agency said that it
 * would be in the way of its work (45 CFR 164.528(a)(2)): requesters of Tasks of the patient. A Task is in no patient's
 * compartment, so that nobody is told by it.
 */
export async function suspendedFor(
  patient: string,
  now: number,
  { searcher, ...context }: ReadingContext & { searcher: Searcher },
): Promise<ReadonlySet<string>> {
  const of = { param: 'patient', targets: [{ type: 'Patient', id: patient }], bare: { types: [], ids: [] }, uris: [] }
  const code = { param: 'code', tests: [{ system: TASKS, code: SUSPENSION }] }
  const where = {
    kind: 'and' as const,
    parts: [
      { kind: 'reference' as const, ...of },
      { kind: 'token' as const, ...code },
    ],
  }
  const { found } = await searcher.find({ type: 'Task', where, restriction: EVERYTHING }, MOST)
  const versions = found.length > 0 ? await searcher.versions(found) : []
  const tasks = versions.map(({ text }) => JSON.parse(text.toString()) as Task)
  const holding = tasks.filter((task) => isHolding(task, now, context))
  return new Set(holding.flatMap(({ requester }) => nameOf(requester, context) ?? []))
}

function isHolding(
  { status, restriction, authoredOn, input = [] }: Task,
  now: number,
  context: ReadingContext,
): boolean {
  if (OVER.has(status)) return false
  const { period } = restriction ?? {}
  const { from, to } = spanOf(period?.start ?? authoredOn, period?.end, context)
  if (from === undefined) return false
  const isWritten = input.some(({ type, valueCode }) => valueCode === 'written' && isStatement(type))
  // A written statement has to say until when.
  const end = isWritten && to !== undefined ? to : Math.min(to ?? Number.POSITIVE_INFINITY, from + ORAL)
  return now >= from && now < end
}

function isStatement({ coding = [] }: CodeableConcept): boolean {
  return coding.some(({ system, code }) => system === TASKS && code === STATEMENT)
}

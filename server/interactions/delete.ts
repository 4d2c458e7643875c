import type { Change, Outcome } from '../../resources/store/port.ts'
import type { Answer, Call, Services } from '../call.ts'
import { commitOne, expectationOf, untilCurrent } from './commit.ts'
import { conditionalSearch, matchCriteria, severalMatch } from './criteria.ts'

/** Resources that one conditional delete removes at the most, where several are allowed. */
const MOST_DELETED = 10_000

/** R4 http, delete: of one id, whether it exists or not; or of what the criteria match. */
export async function deleteResource(call: Call, services: Services): Promise<Answer> {
  const type = call.type!
  if (call.id === undefined) return conditionalDelete(call, services)
  const expect = await expectationOf(call, services)
  const change: Change = { kind: 'delete', type, id: call.id, ...(expect === undefined ? {} : { expect }) }
  const outcome = await commitOne(change, [], services)
  return deleted(call, outcome.version > 0 ? { type, id: call.id, ...outcome } : undefined, `${type}/${call.id}`)
}

async function conditionalDelete(call: Call, services: Services): Promise<Answer> {
  const type = call.type!
  const search = conditionalSearch(type, call.query, call.access, services)
  const most = services.config.conditionalDelete === 'multiple' ? MOST_DELETED : 1
  return untilCurrent(async () => {
    const { found, guard } = await matchCriteria(search, services, most + 1)
    if (found.length > most) throw severalMatch(type)
    const changes = found.map(({ id }): Change => ({ kind: 'delete', type, id }))
    if (changes.length > 0) await services.store.commit({ changes, guards: [guard] })
    return deleted(call, undefined, `${changes.length} ${type}`)
  })
}

function deleted(call: Call, version: (Outcome & { type: string; id: string }) | undefined, what: string): Answer {
  if (call.preferReturn !== 'OperationOutcome') return { kind: 'no-content', ...(version ? { version } : {}) }
  const issues = [{ severity: 'information', code: 'informational', diagnostics: `Deleted: ${what}.` } as const]
  return { kind: 'ok', issues, ...(version ? { version } : {}) }
}

import type { Answer, Services, TracedCall } from '../call.ts'
import { answerTo } from './answer.ts'
import { changesOf } from './changes.ts'
import { demandNew, untilCurrent } from './commit.ts'
import { commitOnRecord } from './commit-on-record.ts'
import { Criteria } from './criteria.ts'
import { readDocument } from './document.ts'
import type { Draft } from './draft.ts'
import { applyPatch } from './patched.ts'
import { Rights } from './rights.ts'
import { settle } from './settle.ts'

/** R4 http, create, update, patch and delete, conditional or not: a unit of one write. */
export async function write(call: TracedCall, services: Services): Promise<Answer> {
  await demandNew(call.onceKey, services)
  const brings = call.interaction === 'create' || call.interaction === 'update'
  const document = brings ? readDocument(call, services.config) : undefined
  return untilCurrent(async () => {
    call.trace.restart()
    const criteria = new Criteria(call.access, services, call.trace)
    const draft: Draft = { call, targets: [], ...(document ? { document } : {}) }
    draft.targets = await settle(draft, criteria, services.config)
    if (call.interaction === 'patch') await applyPatch(draft, services)
    const { guards, madeBy } = criteria
    const rights = new Rights(call.access, services, guards)
    const changes = await changesOf(draft, services, rights)
    for (const change of changes) await rights.demand(change)
    const outcomes = await commitOnRecord(
      call,
      { changes, guards, ...(call.onceKey === undefined ? {} : { onceKey: call.onceKey }) },
      services,
      madeBy,
    )
    return answerTo(draft, changes, outcomes, call.preferReturn ?? 'representation', services)
  })
}

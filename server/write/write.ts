import { demand } from '../../auth/access.ts'
import type { Change, Guard } from '../../resources/store/port.ts'
import type { Answer, Services, TracedCall } from '../call.ts'
import { answerTo } from './answer.ts'
import { changesOf } from './changes.ts'
import { demandNew, untilCurrent } from './commit.ts'
import { commitOnRecord } from './commit-on-record.ts'
import { Criteria } from './criteria.ts'
import { type Brought, readDocument } from './document.ts'
import type { Draft } from './draft.ts'
import { applyPatch } from './patched.ts'
import { Rights } from './rights.ts'
import { settle } from './settle.ts'

/** R4 http, create, update, patch and delete, conditional or not: a unit of one write. */
export async function write(call: TracedCall, services: Services): Promise<Answer> {
  await demandNew(call.onceKey, services)
  const brought = await readBrought(call, services)
  return untilCurrent(async () => {
    const { draft, changes, guards, madeBy } = await prepared(call, brought, services)
    const outcomes = await commitOnRecord(
      call,
      { changes, guards, ...(call.onceKey === undefined ? {} : { onceKey: call.onceKey }) },
      services,
      madeBy,
    )
    return answerTo(draft, changes, outcomes, call.preferReturn ?? 'representation', services)
  })
}

/**
 * Does all of a write but the commit, and throws as it does. What it would rest on may be overtaken by when it is made: that is not
 * looked at.
 */
export async function tryWrite(call: TracedCall, services: Services): Promise<void> {
  demand(call.access, call)
  await prepared(call, await readBrought(call, services), services)
}

async function readBrought(call: TracedCall, services: Services): Promise<Brought | undefined> {
  const brings = call.interaction === 'create' || call.interaction === 'update'
  return brings ? readDocument(call, services) : undefined
}

/** A write that is ready to be committed. */
interface Prepared {
  draft: Draft
  changes: Change[]
  guards: Guard[]
  madeBy: number
}

async function prepared(call: TracedCall, brought: Brought | undefined, services: Services): Promise<Prepared> {
  call.trace.restart()
  const criteria = new Criteria(call.access, services, call.trace)
  const draft: Draft = { call, targets: [], ...brought }
  draft.targets = await settle(draft, criteria, services.config)
  if (call.interaction === 'patch') await applyPatch(draft, services)
  const { guards, madeBy } = criteria
  const rights = new Rights(call.access, services, guards)
  const changes = await changesOf(draft, services, rights)
  for (const change of changes) await rights.demand(change)
  return { draft, changes, guards, madeBy }
}

import type { Interaction } from '../../auth/access.ts'
import { type Edited, labelled } from '../../auth/labels/apply.ts'
import { reviewFault } from '../../him/privacy/screen/review-states.ts'
import { FhirError } from '../../resources/fhir-error.ts'
import { prepareStamp } from '../../resources/json/stamp.ts'
import { Pace } from '../../resources/pace.ts'
import type { Change, Expectation, Method } from '../../resources/store/port.ts'
import { parameterFaults } from '../../search/custom/check.ts'
import type { StoredParameter } from '../../search/custom/stored.ts'
import { containedOf } from '../../search/index-contained.ts'
import { indexEntries } from '../../search/index-entries.ts'
import type { Trace } from '../audit/trace.ts'
import type { Services } from '../call.ts'
import { visible } from '../visible.ts'
import type { Draft, Target } from './draft.ts'
import { expectationOf } from './expectation.ts'
import type { Rights, Standing } from './rights.ts'

const METHODS: Partial<Record<Interaction, Exclude<Method, 'DELETE'>>> = {
  create: 'POST',
  update: 'PUT',
  patch: 'PATCH',
}

/**
 * The changes that a settled write comes to, noted for `rights` to judge, and with what stands there for `trace`. Throws
 * `precondition-failed` where its conditions cannot be met, and as `Rights.standing`.
 */
export async function changesOf(
  draft: Draft,
  services: Services,
  rights: Rights,
  trace: Trace = draft.call.trace,
): Promise<Change[]> {
  const changes: Change[] = []
  const pace = new Pace()
  for (const target of draft.targets) {
    if (target.existing) continue
    if (pace.due) await pace.rest()
    const standing = await rights.standing(draft, target)
    checkParameter(draft, target, services)
    checkReview(draft, target)
    const expect = await expected(draft, target, standing, services)
    // What the caller may not know of is not there to be deleted.
    if (draft.call.interaction === 'delete' && standing.kind === 'absent') continue
    const change = changeOf(draft, target, expect, services)
    rights.note(change, draft, standing)
    changes.push(change)
    if (!target.mustBeNew && draft.call.interaction !== 'create') {
      if (standing.kind === 'there') trace.finds(change, standing.version)
      else trace.seeks(change)
    }
  }
  return changes
}

/** A SearchParameter that cannot be searched by is not kept. */
function checkParameter({ document }: Draft, { type, id }: Target, { parameters }: Services): void {
  if (type !== 'SearchParameter' || !document) return
  const faults = parameterFaults(document.value as unknown as StoredParameter, id, parameters)
  if (faults.length > 0) throw new FhirError('unprocessable', faults)
}

/** A review in a state that nobody knows would be on no list. */
function checkReview({ document }: Draft, { type }: Target): void {
  const fault = type === 'Task' && document ? reviewFault(document.value) : undefined
  if (fault === undefined) return
  throw FhirError.of('unprocessable', fault, { code: 'code-invalid', expression: 'Task.businessStatus' })
}

async function expected(
  draft: Draft,
  target: Target,
  standing: Standing,
  services: Services,
): Promise<Expectation | undefined> {
  const { conditions, interaction, access } = draft.call
  if (draft.patched || interaction === 'create') return draft.patched?.expect
  if (standing.kind === 'there') {
    const { version } = standing.version
    // It is this version that was judged.
    return expectationOf(conditions, target, version) ?? { version, retry: true }
  }
  if (standing.kind === 'absent') return expectationOf(conditions, target, 0)
  if (!conditions.ifMatch && !conditions.ifNoneMatch) return expectationOf(conditions, target, 0)
  const current = await visible(target.type, target.id, access, services)
  return expectationOf(conditions, target, current?.text ? current.version : 0)
}

function changeOf(draft: Draft, { type, id }: Target, expect: Expectation | undefined, services: Services): Change {
  const { call } = draft
  const { baseUrl, parameters, zone, config } = services
  const expectation = expect === undefined ? {} : { expect }
  const method = METHODS[call.interaction]
  if (!method || !draft.document) return { kind: 'delete', type, id, ...expectation }
  const { document, edits } = config.labels ? labelled(draft as Edited) : (draft as Edited)
  const entries = indexEntries(type, document.value, baseUrl, parameters, zone)
  const contained = containedOf(document.value, baseUrl, parameters, zone)
  return {
    kind: 'write',
    method,
    type,
    id,
    ...prepareStamp(document, id, edits),
    entries,
    ...contained,
    ...expectation,
  }
}

import type { Access } from '../auth/access.ts'
import { MOST_GRANTS } from '../auth/break-glass/grants.ts'
import { ROLE_SYSTEM } from '../auth/consent/read.ts'
import type { Identity } from '../auth/identity.ts'
import { FhirError } from '../resources/fhir-error.ts'
import { type ActionContext, defineAction } from './action.ts'
import type { Concept } from './input.ts'

const PURPOSES = 'http://terminology.hl7.org/CodeSystem/v3-ActReason'
const TASKS = 'https://chartroom.invalid/fhir/CodeSystem/task'

/**
 * Opens the record of a patient to a user in an emergency, whatever policy, labels and consent say: to read and search, for a
 * while. With it a Task for the privacy officer is committed, which keeps the reason; neither is without the other. Answers
 * a Parameters of `patient`, `until` and `task`.
 */
export const breakGlass = defineAction({
  code: 'break-glass',
  definition: 'https://chartroom.invalid/fhir/OperationDefinition/break-glass',
  levels: ['instance'],
  resourceTypes: ['Patient'],
  input: {
    reason: { type: 'concept', doc: 'why, in words or as a Coding' },
    purpose: { type: 'code', doc: 'purpose of use, BTG' },
  },
  demand: demandGlass,
  async run(context, { reason, purpose = 'BTG' }) {
    context.tell({ kind: 'security', code: 'break-glass', purposes: ['BTG'], ...wordsOf(reason) })
    const { access, id, grants } = context
    const user = demandGlass(access)
    if (purpose !== 'BTG') throw FhirError.of('invalid', 'The purpose of use of this is BTG.', { code: 'value' })
    if (!reason)
      throw FhirError.of('invalid', 'This takes a reason: `reason` of the operation, or X-Break-Glass-Reason.', {
        code: 'required',
      })
    if (!(await context.isThere())) throw FhirError.of('not-found', `Patient/${id} is not known.`)
    await demandRoom(user, context)
    const now = Date.now()
    const until = now + context.breakGlassTime
    const task = taskOf(id, user, reason, { now, until })
    const [taskId] = await context.commit([task], [grants.granting(user, { patient: id, until })])
    grants.granted()
    return {
      resourceType: 'Parameters',
      parameter: [
        { name: 'patient', valueReference: { reference: `Patient/${id}` } },
        { name: 'until', valueInstant: new Date(until).toISOString() },
        { name: 'task', valueReference: { reference: `Task/${taskId}` } },
      ],
    }
  },
})

/** The reason as the audit log has it. */
function wordsOf(reason: Concept | undefined): { reason?: string } {
  if (!reason) return {}
  if ('text' in reason) return { reason: reason.text }
  return { reason: reason.coding.map(({ system, code }) => `${system}|${code}`).join('; ') }
}

/** Throws `forbidden` unless a user asks whose policy allows it: a program has no emergencies. */
export function demandGlass({ identity, operations }: Access): Identity {
  const isAllowed = operations !== 'all' && operations.includes('break-glass')
  if (identity?.fhirUser && identity.role !== undefined && isAllowed) return identity
  throw FhirError.of('forbidden', 'This takes a signed-in user, and a role that may break the glass.')
}

/** Throws `conflict` where as many are open as are kept to at once: a further one would open nothing. */
async function demandRoom(user: Identity, { grants, id }: ActionContext): Promise<void> {
  const open = await grants.of(user)
  if (open.length < MOST_GRANTS || open.some(({ patient }) => patient === id)) return
  throw FhirError.of('conflict', `The glass is broken for ${MOST_GRANTS} patients already; wait until one ends.`)
}

function taskOf(
  patient: string,
  { fhirUser }: Identity,
  reason: Concept,
  { now, until }: { now: number; until: number },
) {
  const authoredOn = new Date(now).toISOString()
  const requester = fhirUser && fhirUser.type !== 'Person' ? `${fhirUser.type}/${fhirUser.id}` : undefined
  return {
    resourceType: 'Task',
    status: 'requested',
    intent: 'order',
    priority: 'urgent',
    code: { coding: [{ system: TASKS, code: 'break-glass' }], text: 'Review of an emergency access' },
    for: { reference: `Patient/${patient}` },
    authoredOn,
    requester: requester === undefined ? { display: `${fhirUser?.type}/${fhirUser?.id}` } : { reference: requester },
    performerType: [{ coding: [{ system: ROLE_SYSTEM, code: 'privacy-officer' }] }],
    reasonCode: reason,
    input: [
      {
        type: { text: 'purpose of use' },
        valueCoding: { system: PURPOSES, code: 'BTG' },
      },
      {
        type: { text: 'emergency access' },
        valuePeriod: { start: authoredOn, end: new Date(until).toISOString() },
      },
    ],
  }
}

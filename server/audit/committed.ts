import { encodeDeed } from '../../auth/audit/codec.ts'
import type { DeedAction, DeedPart } from '../../auth/audit/deed.ts'
import { patientsOf } from '../../auth/audit/subjects.ts'
import type { AuditEntry } from '../../resources/store/audit.ts'
import type { Change, Outcome } from '../../resources/store/port.ts'
import type { Services, TracedCall } from '../call.ts'
import { issuerOf } from '../issuer.ts'
import { deedOfCall } from './deed-of-call.ts'
import { partsSought } from './sought.ts'

const ACTIONS = { POST: 'C', PUT: 'U', PATCH: 'U' } as const

/** The records of a call that writes, to be committed with its changes. */
export async function recordsOf(
  call: TracedCall,
  changes: readonly Change[],
  services: Services,
): Promise<AuditEntry[]> {
  const { trace } = call
  const found = await partsSought(trace.referred, [...trace.parts, ...changes], services)
  const shown = found.map((part): DeedPart => ({ ...part, action: 'R' }))
  const parts = [...trace.parts, ...shown, ...changes.map((change) => partOf(call, change, services.baseUrl))]
  const deed = deedOfCall(call, { issuer: issuerOf(services.config), base: services.baseUrl, parts })
  return encodeDeed(deed, [...changes.keys()])
}

function partOf({ trace, interaction }: TracedCall, change: Change, base: string): DeedPart {
  const { type, id } = change
  const own = change.kind === 'write' ? patientsOf(type, change.text, base) : type === 'Patient' ? [id] : []
  const patients = new Set([...own, ...(trace.found(change)?.patients ?? [])])
  // A deed of one kind says it once.
  const isOne = interaction !== 'bundle' && interaction !== 'operation'
  return { type, id, written: true, ...(isOne ? {} : { action: actionOf(change) }), patients: [...patients] }
}

function actionOf(change: Change): DeedAction {
  return change.kind === 'write' ? ACTIONS[change.method] : 'D'
}

/**
 * Puts on record which patients a write was about that another write overtook: between the look at what stood there and the
 * commit, the resource may have become another patient's.
 */
export async function recordOvertaken(
  call: TracedCall,
  changes: readonly Change[],
  outcomes: readonly Outcome[],
  services: Services,
): Promise<void> {
  const parts: DeedPart[] = []
  for (const [at, change] of changes.entries()) {
    const { version, created } = outcomes[at]!
    const before = created || version === 0 ? 0 : version - 1
    if (before === 0 || before === call.trace.found(change)?.version) continue
    const overtaken = await services.store.readVersion(change.type, change.id, before)
    if (!overtaken?.text) continue
    const { type, id } = change
    parts.push({
      type,
      id,
      version,
      action: actionOf(change),
      patients: patientsOf(type, overtaken.text, services.baseUrl),
    })
  }
  if (parts.length === 0) return
  await services.audit.record([deedOfCall(call, { issuer: issuerOf(services.config), base: services.baseUrl, parts })])
}

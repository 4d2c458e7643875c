import { stamped } from '../../resources/json/stamp.ts'
import type { Change, Outcome } from '../../resources/store/port.ts'
import type { Answer, ReturnPreference, Services } from '../call.ts'
import { cutText } from '../shown.ts'
import { visible } from '../visible.ts'
import type { Draft } from './draft.ts'

/** The answer to a write whose changes were committed, with the resource unless the client does not want it. */
export async function answerTo(
  draft: Draft,
  changes: readonly Change[],
  outcomes: readonly Outcome[],
  preferReturn: ReturnPreference,
  services: Services,
): Promise<Answer> {
  const [target] = draft.targets
  if (target?.existing) return existing(draft, preferReturn, services)
  const [change] = changes
  const [outcome] = outcomes
  if (change?.kind === 'write') return written(change, outcome!, draft, preferReturn)
  return deleted(changes, outcomes, draft, preferReturn)
}

async function existing({ call, targets }: Draft, preferReturn: ReturnPreference, services: Services): Promise<Answer> {
  const { type, id } = targets[0]!
  const seen = await visible(type, id, call.access, services)
  const version = seen ?? (await visible(type, id, call.access, services, 's'))
  const answer: Answer = { kind: 'ok', ...(version ? { version, located: true } : {}) }
  if (version) call.trace.reveals(version)
  const diagnostics = `${type}/${id} exists already; nothing was created.`
  if (preferReturn === 'OperationOutcome') return { ...answer, issues: [informational(diagnostics)] }
  return preferReturn === 'representation' && version?.text
    ? { ...answer, text: cutText(version.text, type, call.access) }
    : answer
}

function written(
  change: Change & { kind: 'write' },
  outcome: Outcome,
  { issues = [] }: Draft,
  preferReturn: ReturnPreference,
): Answer {
  const { type, id, text, metaAt } = change
  const { version, lastUpdated, created } = outcome
  const answer: Answer = {
    kind: created ? 'created' : 'ok',
    version: { type, id, version, lastUpdated },
    located: true,
  }
  const diagnostics = `${type}/${id} was ${created ? 'created' : 'updated'} as version ${version}.`
  if (preferReturn === 'OperationOutcome') answer.issues = [informational(diagnostics), ...issues]
  else if (preferReturn === 'representation') answer.text = stamped(text, metaAt, version, lastUpdated)
  return answer
}

function deleted(
  changes: readonly Change[],
  outcomes: readonly Outcome[],
  { call }: Draft,
  preferReturn: ReturnPreference,
): Answer {
  const [change] = changes
  const [outcome] = outcomes
  const one = call.id !== undefined && change && outcome && outcome.version > 0
  const version = one ? { version: { type: change.type, id: change.id, ...outcome } } : {}
  if (preferReturn !== 'OperationOutcome') return { kind: 'no-content', ...version }
  const what =
    call.id === undefined ? `${changes.length} ${call.type} deleted.` : `${call.type}/${call.id} was deleted.`
  const nothing = call.id !== undefined && !one
  return { kind: 'ok', issues: [informational(nothing ? `${call.type}/${call.id} was not there.` : what)], ...version }
}

function informational(diagnostics: string) {
  return { severity: 'information', code: 'informational', diagnostics } as const
}

import type { Deed, DeedAction, DeedAgent, DeedKind, DeedOutcome, DeedPart } from './deed.ts'

/** Key of the records of a Patient. */
export function patientKey(id: string): string {
  return `p ${id}`
}

/** Key of the records of an agent, by its `agentName`. */
export function agentKey(name: string): string {
  return `a ${name}`
}

/** Key of the records of a client, by its id. */
export function clientKey(client: string): string {
  return `c ${client}`
}

/** Key of the records of a resource (`Type/id`), of whichever version. */
export function entityKey(name: string): string {
  return `e ${name}`
}

/** Key of the records of one request (X-Request-Id). */
export function requestKey(request: string): string {
  return `r ${request}`
}

/** Key of the records of an action; none for what reads, which most do: these are found by time alone. */
export function actionKey(action: DeedAction): string | undefined {
  return action === 'R' ? undefined : `x ${action}`
}

/** Key of the records of an outcome; none for success. */
export function outcomeKey(outcome: DeedOutcome): string | undefined {
  return outcome === '0' ? undefined : `o ${outcome}`
}

/** Key of the records of a purpose of use; none for treatment, which most are for. */
export function purposeKey(purpose: string): string | undefined {
  return purpose === 'TREAT' ? undefined : `u ${purpose}`
}

/** Key of the records of what was done (`Deed.code`); none for the interactions that are the most frequent by far. */
export function codeKey(code: string): string | undefined {
  return code === 'read' || code === 'search-type' ? undefined : `s ${code}`
}

/**
 * What an agent is found and counted by: the user as a resource (`Practitioner/1`); `server`, `cli`; the name that the issuer
 * has for it, behind the issuer and `|` (the built-in one has no name); '' of nobody known.
 */
export function agentName({ user, system, issuer, subject, client }: DeedAgent): string {
  const named = subject ?? client
  return user ?? system ?? (named === undefined ? '' : `${issuer ?? ''}|${named}`)
}

/** The keys of a deed, but those of its parts and patients; Consents that had a say are found as resources are. */
export function keysOf(deed: Deed): string[] {
  const { agent, action, outcome, code, purposes = [], decidedBy = [], request, parts = [] } = deed
  const name = agentName(agent)
  const keys: string[] = []
  const add = (key: string | undefined) => {
    if (key !== undefined) keys.push(key)
  }
  if (name !== '') add(agentKey(name))
  if (agent.client !== undefined) add(clientKey(agent.client))
  if (request !== undefined) add(requestKey(request))
  const actions = new Set([action])
  for (const part of parts) for (const own of actionsOf(part, action)) actions.add(own)
  for (const one of actions) add(actionKey(one))
  add(outcomeKey(outcome))
  add(codeKey(code))
  for (const purpose of purposes) add(purposeKey(purpose))
  for (const decided of decidedBy) if (decided.startsWith('Consent/')) add(entityKey(decided))
  return keys
}

/** An update may turn out to have created what it wrote, when its keys are made already. */
function actionsOf({ action, written }: DeedPart, whole: DeedAction): DeedAction[] {
  const own = action ?? whole
  return written && own === 'U' ? ['U', 'C'] : [own]
}

/** The keys of one part. */
export function keysOfPart({ type, id, patients }: DeedPart): string[] {
  return [entityKey(`${type}/${id}`), ...patients.map(patientKey)]
}

/** What deeds are counted under, by day. */
export interface Tally {
  kind: DeedKind
  code: string
  action: DeedAction
  outcome: DeedOutcome
  /** `agentName` */
  agent: string
}

/** `R0 rest/read Practitioner/1` */
export function tallyText({ kind, code, action, outcome, agent }: Deed): string {
  return `${action}${outcome} ${kind}/${code} ${agentName(agent)}`
}

/** What further records of a deed that has several are counted under, lest it be counted twice. */
export const UNCOUNTED = '-'

const TALLY = /^(?<action>[CRUDE])(?<outcome>0|4|8|12) (?<kind>[a-z]+)\/(?<code>\S*) (?<agent>.*)$/s

/** What stands in a text of `tallyText`; undefined of what counts no deed. */
export function tallyOf(text: string): Tally | undefined {
  const groups = TALLY.exec(text)?.groups
  return groups && ({ ...groups } as unknown as Tally)
}

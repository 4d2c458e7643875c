import { agentName } from '../../auth/audit/keys.ts'
import { instantOf } from '../../resources/dates.ts'
import type { Column, ParameterPart } from '../sheet/sheet.ts'
import type { AccessRow } from './access-row.ts'
import type { KnownAgent } from './directory.ts'

/** A row with who it was. */
export type KnownRow = AccessRow & { who: KnownAgent }

const PURPOSES = 'http://terminology.hl7.org/CodeSystem/v3-ActReason'

/** Resources of one access that a report names. */
const MOST_NAMED = 100

const OUTCOMES = { '0': 'done', '4': 'refused', '8': 'failed', '12': 'failed' } as const

export const when: Column<AccessRow> = { name: 'when', title: 'When (UTC)', text: ({ at }) => instantOf(at) }

/** Who, in columns. */
export const WHO: readonly Column<KnownRow>[] = [
  { name: 'who', title: 'Who', text: nameOfWho },
  { name: 'user', title: 'User', text: ({ who }) => who.user ?? '' },
  { name: 'role', title: 'Role', text: ({ who }) => who.roles.join('; ') },
  { name: 'department', title: 'Department', text: ({ who }) => who.departments.join('; ') },
]

/** What was done, from where and what for, in columns. */
export const WHAT: readonly Column<AccessRow>[] = [
  { name: 'action', title: 'Action', text: ({ code }) => code },
  { name: 'what', title: 'What', text: whatOf },
  { name: 'query', title: 'Query', text: ({ query = '' }) => query },
  { name: 'resources', title: 'Resources shown', text: ({ count }) => (count === undefined ? '' : String(count)) },
  { name: 'client', title: 'Client', text: ({ agent }) => agent.client ?? '' },
  { name: 'from', title: 'From', text: ({ from = '' }) => from },
  { name: 'purpose', title: 'Purpose', text: ({ purposes }) => purposes.join(' ') },
  { name: 'outcome', title: 'Outcome', text: outcomeOf },
  { name: 'decidedBy', title: 'Decided by', text: ({ decidedBy }) => decidedBy.join(' ') },
  { name: 'times', title: 'Times', text: ({ times }) => (times === 1 ? '' : String(times)) },
]

/** The event of the log that a row was made of. */
export const event: Column<AccessRow> = { name: 'event', title: 'Event', text: (row) => row.event }

/** Who, as parts of a parameter. */
export function whoParts({ who, agent, agentName: name }: KnownRow): ParameterPart[] {
  const known = who.user ?? ''
  return [
    { name: 'who', ...(known === '' ? {} : { valueReference: { reference: known, display: who.display ?? name } }) },
    { name: 'agent', valueString: known === '' ? (name ?? agentName(agent)) : '' },
    ...who.roles.map((role) => ({ name: 'role', valueString: role })),
    ...who.departments.map((department) => ({ name: 'department', valueString: department })),
    { name: 'client', valueString: agent.client },
  ]
}

/** What was done, as parts of a parameter. */
export function whatParts(row: AccessRow): ParameterPart[] {
  const { at, action, code, type, entities, query, count, from, purposes, outcome, told, decidedBy, times } = row
  return [
    { name: 'when', valueInstant: instantOf(at) },
    { name: 'action', valueCode: action },
    { name: 'interaction', valueString: code },
    { name: 'type', valueCode: type },
    ...entities.slice(0, MOST_NAMED).map((reference) => ({ name: 'entity', valueReference: { reference } })),
    ...(entities.length > MOST_NAMED ? [{ name: 'entityCount', valueInteger: entities.length }] : []),
    { name: 'query', valueString: query },
    { name: 'resources', valueInteger: count },
    { name: 'from', valueString: from },
    ...purposes.map((purpose) => ({ name: 'purpose', valueCoding: { system: PURPOSES, code: purpose } })),
    { name: 'outcome', valueCode: outcome },
    { name: 'outcomeDescription', valueString: told },
    ...decidedBy.map((one) => ({ name: 'decidedBy', valueString: one })),
    ...(times === 1 ? [] : [{ name: 'times', valueInteger: times }]),
    { name: 'event', valueReference: { reference: row.event } },
  ]
}

function nameOfWho({ who, agent, agentName: name }: KnownRow): string {
  return who.display ?? name ?? (agentName(agent).replace(/^\|/, '') || 'unknown')
}

function whatOf({ entities, type = '' }: AccessRow): string {
  if (entities.length === 0) return type
  const rest = entities.length - MOST_NAMED
  return `${entities.slice(0, MOST_NAMED).join(' ')}${rest > 0 ? ` and ${rest} more` : ''}`
}

function outcomeOf({ outcome, told }: AccessRow): string {
  const words = OUTCOMES[outcome]
  return told === undefined ? words : `${words}: ${told}`
}

import type { ReferenceTarget } from '../../search/expression.ts'
import type { DeedAction, DeedOutcome } from './deed.ts'
import { deedCodes } from './event-codes.ts'
import { actionKey, agentKey, codeKey, entityKey, outcomeKey, patientKey, purposeKey, requestKey } from './keys.ts'

type Keys = readonly string[] | undefined

/**
 * Keys of which a record has one where an event of its refers to a resource by a search parameter; undefined where it need
 * have none.
 */
export function keysOfReference(param: string, { type, id }: ReferenceTarget): Keys {
  const name = `${type}/${id}`
  switch (param) {
    case 'patient':
      // Also a patient who acts, be it on nobody's record.
      return type === 'Patient' ? [patientKey(id), entityKey(name), agentKey(name)] : undefined
    case 'agent':
      // Users are agents, and whom they work for.
      return type === 'Organization' ? undefined : [agentKey(name)]
    case 'entity':
      return type === 'Patient' ? [entityKey(name), patientKey(id)] : [entityKey(name)]
    default:
      return undefined
  }
}

/** Keys of which a record has one where an event of its has a token; undefined where it need have none. */
export function keysOfToken(param: string, code: string | undefined): Keys {
  if (code === undefined) return undefined
  switch (param) {
    case 'action':
      return ofAction(code)
    case 'outcome':
      return all([outcomeKey(code as DeedOutcome)])
    case 'purpose':
      return all([purposeKey(code)])
    case 'request-id':
      return [requestKey(code)]
    case 'subtype':
      return ofSubtype(code)
    case 'type':
      return ofType(code)
    default:
      return undefined
  }
}

/** What was meant to be an update may have made something new, and searches are told as executed. */
function ofAction(code: string): Keys {
  if (code === 'E') return undefined
  return all([actionKey(code as DeedAction), ...(code === 'C' ? [actionKey('U')] : [])])
}

/** Interactions by whose names all is told that has an action, whatever was asked for. */
const BY_ACTION: Readonly<Record<string, DeedAction>> = { create: 'C', update: 'U', delete: 'D' }

function ofSubtype(code: string): Keys {
  // Each operation has a code of its own.
  if (code === 'operation') return undefined
  const action = Object.hasOwn(BY_ACTION, code) ? (ofAction(BY_ACTION[code]!) ?? []) : []
  return all([...[code, ...deedCodes(code)].map(codeKey), ...action])
}

/** Types that stand for much, or for what nothing else is known of. What others recorded has a key of its own for all others. */
const DENSE: ReadonlySet<string> = new Set(['rest', '110100'])

function ofType(code: string): Keys {
  return DENSE.has(code) ? undefined : all([...deedCodes(code).map(codeKey), `t ${code}`])
}

/** What is most frequent has no key. */
function all(keys: readonly (string | undefined)[]): Keys {
  return keys.every((key) => key !== undefined) ? keys : undefined
}

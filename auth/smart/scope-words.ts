import type { Permission } from '../access.ts'
import { ADMIN_SCOPE, LAUNCH_SCOPE } from '../other-scopes.ts'
import { parseResourceScope, type ResourceScope } from '../scopes.ts'

/** A scope in the words of the person who is asked for it. */
export interface ScopeWords {
  scope: string
  /** What it lets the app do. */
  words: string
  /** Whether it may be refused while the rest is granted. */
  optional: boolean
}

const KNOWN: Readonly<Record<string, [words: string, optional: boolean]>> = {
  openid: ['Know that it is you who signed in', true],
  fhirUser: ['Know which person in the records you are', true],
  profile: ['Know your name', true],
  offline_access: ['Keep its access while you are away, until you take it back', true],
  online_access: ['Keep its access as long as you are signed in', true],
  launch: ['Know what is open in the record that it was started from', false],
  'launch/patient': ['Know which patient was chosen', false],
  'launch/encounter': ['Know which encounter was chosen', false],
  [LAUNCH_SCOPE]: ['Start other apps for a patient, in your name', true],
  [ADMIN_SCOPE]: ['Administer this server', true],
}

const VERBS: readonly [permission: Permission, verb: string][] = [
  ['c', 'add'],
  ['r', 'read'],
  ['s', 'search'],
  ['u', 'change'],
  ['d', 'delete'],
]

/** Says what a scope gives, for the page on which it is granted. */
export function scopeWords(scope: string): ScopeWords {
  const parts = parseResourceScope(scope)
  if (parts) return { scope, words: resourceWords(parts), optional: true }
  const [words, optional] = Object.hasOwn(KNOWN, scope) ? KNOWN[scope]! : [scope, true]
  return { scope, words, optional }
}

function resourceWords({ level, type, permissions, criteria }: ResourceScope): string {
  const verbs = VERBS.filter(([permission]) => permissions.includes(permission)).map(([, verb]) => verb)
  const what = type === '*' ? 'all kinds of records' : `${type.replace(/(?<=[a-z])(?=[A-Z])/g, ' ')} records`
  const whose = level === 'patient' ? 'of this patient' : 'that you may see yourself'
  const which = criteria.map(([name, value]) => `${name} is ${value}`).join(' and ')
  const listed = verbs.join(', ').replace(/, ([^,]*)$/, ' and $1')
  const words = `${listed} ${what} ${whose}${which === '' ? '' : `, only where ${which}`}`
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`
}

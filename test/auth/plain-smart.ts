/**
 * SMART's rules as plainly as can be: what a set of scopes lets be done with one resource, from the scope's text and the
 * resource's JSON. Shares nothing with the server but its base URL.
 */
import { BASE } from '../support/criteria.ts'

export interface Plain {
  resourceType: string
  id: string
  [element: string]: unknown
}

type Pair = readonly [name: string, value: string]

/** Elements that put a resource into a patient's compartment (R4 compartmentdefinition-patient.html), by hand. */
const LINKS: Record<string, string[]> = {
  Observation: ['subject', 'performer'],
  Condition: ['subject', 'asserter'],
  Claim: ['patient', 'payee.party'],
  Coverage: ['policyHolder', 'subscriber', 'beneficiary', 'payor'],
  Appointment: ['participant.actor'],
  DocumentReference: ['subject', 'author'],
  List: ['subject', 'source'],
  AuditEvent: ['agent.who', 'entity.what'],
  Person: ['link.target'],
}

/** Elements that say whom a resource is about: written for a patient is only what is about no one else. */
const ABOUT: Record<string, string[]> = {
  Observation: ['subject'],
  Condition: ['subject'],
  Claim: ['patient'],
  Coverage: ['beneficiary'],
  Appointment: ['participant.actor'],
  DocumentReference: ['subject'],
  List: ['subject'],
  AuditEvent: ['agent.who', 'entity.what'],
  Person: ['link.target'],
}

/** Types of this test that belong to no patient and are open to scopes for one. */
const SHARED = ['Organization', 'Practitioner', 'Medication']

/** What a search parameter of these tests selects, by type. */
const PARAMETERS: Record<string, Record<string, string[]>> = {
  Observation: {
    category: ['category'],
    code: ['code'],
    status: ['status'],
    subject: ['subject'],
    performer: ['performer'],
    focus: ['focus'],
  },
  Condition: { category: ['category'], code: ['code'], subject: ['subject'], asserter: ['asserter'] },
  Claim: { status: ['status'], insurer: ['insurer'] },
  Coverage: { status: ['status'], payor: ['payor'] },
  Appointment: { status: ['status'], actor: ['participant.actor'] },
  DocumentReference: { category: ['category'], status: ['status'], subject: ['subject'], author: ['author'] },
  List: { status: ['status'], code: ['code'], subject: ['subject'], source: ['source'] },
  Medication: { code: ['code'], status: ['status'] },
  Device: { status: ['status'] },
  Group: { code: ['code'] },
  Task: { code: ['code'], status: ['status'], subject: ['for'], focus: ['focus'], performer: ['performerType'] },
  AuditEvent: { source: ['source.observer'] },
}

const REFERENCES = ['subject', 'performer', 'focus', 'asserter', 'insurer', 'payor', 'actor', 'author', 'source']

/** Whether a permission (a letter of `cruds`) of some scopes holds for a resource. */
export function smartAllows(scopes: readonly string[], patient: string, permission: string, resource: Plain): boolean {
  return scopes.some((scope) => {
    const match = /^(patient|user|system)\/([A-Za-z]+|\*)\.(read|write|\*|[cruds]+)(?:\?(.+))?$/.exec(scope)
    if (!match) return false
    const [, level, type, letters = '', query] = match
    if (type !== resource.resourceType && (type !== '*' || resource.resourceType === 'AuditEvent')) return false
    const meant = { read: 'rs', write: 'cud', '*': 'cruds' }[letters] ?? letters
    if (!isOrdered(meant) && !['read', 'write', '*'].includes(letters)) return false
    if (!meant.includes(permission)) return false
    if (level === 'patient' && !isOf(patient, permission, resource)) return false
    return (
      query === undefined || (!/^(read|write|\*)$/.test(letters) && pairsOf(query).every((one) => meets(resource, one)))
    )
  })
}

function isOrdered(letters: string): boolean {
  return [...letters].every((one, at) => at === 0 || 'cruds'.indexOf(one) > 'cruds'.indexOf(letters[at - 1]!))
}

function isOf(patient: string, permission: string, resource: Plain): boolean {
  const { resourceType: type } = resource
  if (type === 'Patient') return resource.id === patient
  if (SHARED.includes(type)) return permission === 'r' || permission === 's'
  if (permission !== 'r' && permission !== 's' && isAboutAnother(patient, resource)) return false
  const links = LINKS[type] ?? []
  return links.flatMap((path) => at(resource, path)).some((one) => refersTo(one, `Patient/${patient}`))
}

/** Of what has several, such as an Appointment, one is enough; only Patients count where others take part. */
function isAboutAnother(patient: string, resource: Plain): boolean {
  const paths = ABOUT[resource.resourceType] ?? []
  const about = paths.flatMap((path) => at(resource, path))
  const told = paths.some((path) => path.includes('.')) ? about.filter((one) => isToPatient(one)) : about
  return told.length > 0 && !told.some((one) => refersTo(one, `Patient/${patient}`))
}

const isToPatient = (value: unknown) => /(^|\/)Patient\//.test((value as { reference?: string }).reference ?? '')

function pairsOf(query: string): Pair[] {
  return query.split('&').map((part) => {
    const [name = '', value = ''] = part.split('=')
    return [decodeURIComponent(name), decodeURIComponent(value)]
  })
}

function meets(resource: Plain, [name, value]: Pair): boolean {
  if (value === '') return false
  const [code = '', modifier] = name.split(':')
  if (code === '_id' && modifier === undefined) return value.split(',').includes(resource.id)
  const known = PARAMETERS[resource.resourceType] ?? {}
  const paths = Object.hasOwn(known, code) ? known[code]! : []
  if (paths.length === 0) return false
  const values = paths.flatMap((path) => at(resource, path))
  const isReference = REFERENCES.includes(code)
  if (modifier === 'missing')
    return (value === 'true') === (values.filter((one) => hasValue(one, isReference)).length === 0)
  const isAny = value.split(',').some((wanted) => {
    return values.some((one) => (isReference ? refersTo(one, wanted) : hasToken(one, wanted)))
  })
  if (modifier === 'not' && !isReference) return !isAny
  return modifier === undefined && isAny
}

/** A Reference is there also where it leads nowhere. */
function hasValue(value: unknown, isReference: boolean): boolean {
  if (typeof value === 'string' || isReference) return true
  const { coding = [], text } = value as { coding?: unknown[]; text?: string }
  return coding.length > 0 || text !== undefined
}

function hasToken(value: unknown, wanted: string): boolean {
  const codings =
    typeof value === 'string'
      ? [{ code: value }]
      : ((value as { coding?: { system?: string; code?: string }[] }).coding ?? [])
  const bar = wanted.indexOf('|')
  return codings.some((coding: { system?: string; code?: string }) =>
    bar < 0
      ? coding.code === wanted
      : coding.code === wanted.slice(bar + 1) && (coding.system ?? '') === wanted.slice(0, bar),
  )
}

/** Whether a Reference leads to a resource of this server, `Type/id`. */
function refersTo(value: unknown, wanted: string): boolean {
  const { reference = '' } = value as { reference?: string }
  const own = reference.startsWith(`${BASE}/`) ? reference.slice(BASE.length + 1) : reference
  return own.replace(/\/_history\/.*$/, '') === wanted
}

function at(holder: unknown, path: string): unknown[] {
  let values = [holder]
  for (const step of path.split('.')) {
    values = values.flatMap((one) => (one as Record<string, unknown>)[step] ?? []).flat()
  }
  return values
}

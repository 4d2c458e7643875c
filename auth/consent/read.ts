import { dateRange } from '../../resources/dates.ts'
import { storableTypes } from '../../resources/definitions/definitions.ts'
import { type ParsedReference, parseReference } from '../../resources/references.ts'
import type { Zone } from '../../resources/zone.ts'
import type { Bounds, TokenTest } from '../../search/expression.ts'
import type { ResourceName } from '../../search/searcher.ts'
import type { About, Act, Actor, ConsentRule, Listed } from './rule.ts'
import type { CodeableConcept, Coding, Consent, Period, Provision, Reference } from './shape.ts'

/** What names in a Consent are resolved by. */
export interface ReadContext {
  /** FHIR base of this server, without `/` at the end. */
  baseUrl: string
  zone: Zone
}

/** A Consent that is in force, or will be: whose it is, and what it says. */
export interface PatientConsent {
  patient: string
  rule: ConsentRule
}

/** The code system by which a Consent names this server's policies as actors. */
export const ROLE_SYSTEM = 'https://chartroom.invalid/fhir/CodeSystem/role'

const LOINC = 'http://loinc.org'
const TYPES = 'http://hl7.org/fhir/resource-types'
const PURPOSES = 'http://terminology.hl7.org/CodeSystem/v3-ActReason'
const LABELS = /^http:\/\/terminology\.hl7\.org\/CodeSystem\/v3-(Confidentiality|ActCode)$/

/** What codes of Consent.provision.action (consentaction) are about. */
const ACTS: Readonly<Record<string, readonly Act[]>> = {
  access: ['see', 'change'],
  use: ['see', 'change'],
  disclose: ['see', 'change'],
  correct: ['change'],
  collect: ['add'],
}

/**
 * Reads a Consent whose structure was checked (R4 Consent); undefined where it says nothing here: it is not active, not of
 * privacy, or of no patient that this server can tell. What cannot be understood is kept as such (`rule.ts`).
 */
export function readConsent(consent: Consent, context: ReadContext): PatientConsent | undefined {
  if (consent.resourceType !== 'Consent' || consent.status !== 'active') return undefined
  if (!codings([consent.scope]).some(({ code }) => code === 'patient-privacy')) return undefined
  const patient = nameOf(consent.patient, context)
  if (patient?.type !== 'Patient') return undefined
  const own = consent.provision ? ruleOf(consent.provision, context) : undefined
  const base = baseOf(consent.policyRule)
  if (own && consent.modifierExtension) own.unclear = true
  if (!base) return own && { patient: patient.id, rule: own }
  // The provision is an exception to what the policy says (R4 Consent.provision).
  const isOwn = own && own.effect === undefined
  const rule = isOwn ? { ...own, effect: base } : { effect: base, about: {}, rules: own ? [own] : [] }
  return { patient: patient.id, rule }
}

/** What a policy of v3-ActCode says where no provision does. */
function baseOf(policy: CodeableConcept | undefined): 'deny' | 'permit' | undefined {
  const codes = codings([policy]).map(({ code }) => code ?? '')
  if (codes.some((code) => code.startsWith('OPTOUT'))) return 'deny'
  return codes.some((code) => code.startsWith('OPTIN')) ? 'permit' : undefined
}

function ruleOf(provision: Provision, context: ReadContext, isNested = false): ConsentRule {
  const { type, period, actor, action, purpose, provision: nested } = provision
  // A nested rule must say what it does; one that does not is taken for a denial.
  const effect = type === 'permit' || type === 'deny' ? type : isNested ? 'deny' : undefined
  return {
    ...(effect ? { effect } : {}),
    ...(period ? { period: boundsOf(period, context.zone) } : {}),
    ...(actor ? { actors: listed(actor, (one) => actorOf(one, context)) } : {}),
    ...(purpose ? { purposes: listed(purpose, purposeOf) } : {}),
    ...(action ? { acts: actsOf(action) } : {}),
    about: aboutOf(provision, context),
    ...(provision.modifierExtension ? { unclear: true } : {}),
    rules: (nested ?? []).map((one) => ruleOf(one, context, true)),
  }
}

function aboutOf(provision: Provision, context: ReadContext): About {
  const { class: classes, code, securityLabel, data, dataPeriod } = provision
  const codes = code?.flatMap(({ coding }) => coding ?? [undefined])
  return {
    ...(classes ? { classes: listed(classes, classOf) } : {}),
    ...(codes ? { codes: listed(codes, testOf) } : {}),
    ...(securityLabel ? { labels: listed(securityLabel, labelOf) } : {}),
    ...(data ? { data: listed(data, (one) => datumOf(one, context)) } : {}),
    ...(dataPeriod ? { dates: boundsOf(dataPeriod, context.zone) } : {}),
  }
}

function classOf(coding: Coding): { type: string } | TokenTest | undefined {
  const { system, code } = coding
  if (system === TYPES && code !== undefined && storableTypes.has(code)) return { type: code }
  return system === LOINC ? testOf(coding) : undefined
}

function testOf(coding: Coding | undefined): TokenTest | undefined {
  return coding?.code === undefined ? undefined : { system: coding.system, code: coding.code }
}

function labelOf({ system, code }: Coding) {
  return system !== undefined && code !== undefined && LABELS.test(system) ? { system, code } : undefined
}

function purposeOf({ system, code }: Coding): string | undefined {
  return system === undefined || system === PURPOSES ? code : undefined
}

function datumOf({ meaning, reference }: NonNullable<Provision['data']>[number], context: ReadContext) {
  const name = nameOf(reference, context)
  if (!name || (meaning !== 'instance' && meaning !== 'related' && meaning !== 'dependents')) return undefined
  return { type: name.type, id: name.id, meaning } as const
}

function actorOf(
  { role, reference }: NonNullable<Provision['actor']>[number],
  context: ReadContext,
): Actor | undefined {
  const is = nameOf(reference, context)
  const client = is ? undefined : reference?.identifier?.value
  const policy = codings([role]).find(({ system }) => system === ROLE_SYSTEM)?.code
  if (!is && client === undefined && policy === undefined) return undefined
  return {
    ...(is ? { is } : {}),
    ...(client === undefined ? {} : { client }),
    ...(policy === undefined ? {} : { role: policy }),
  }
}

function actsOf(actions: readonly CodeableConcept[]): Act[] {
  const known = codings(actions).map(({ code = '' }) => (Object.hasOwn(ACTS, code) ? ACTS[code]! : undefined))
  const isClear = known.length > 0 && actions.every(({ coding }) => coding) && !known.includes(undefined)
  return isClear ? [...new Set(known.flatMap((acts) => acts ?? []))] : ['see', 'change', 'add']
}

function listed<T, U>(given: readonly T[], read: (one: T) => U | undefined): Listed<U> {
  const items = given.map(read)
  const known = items.filter((item) => item !== undefined)
  return { items: known, ...(known.length < items.length ? { more: true } : {}) }
}

function codings(concepts: readonly (CodeableConcept | undefined)[]): Coding[] {
  return concepts.flatMap((concept) => concept?.coding ?? [])
}

/** A resource of this server that a reference names; undefined for all others. */
function nameOf(reference: Reference | undefined, { baseUrl }: ReadContext): ResourceName | undefined {
  const parsed: ParsedReference | undefined =
    reference?.reference === undefined ? undefined : parseReference(reference.reference)
  if (parsed?.kind !== 'relative' && parsed?.kind !== 'absolute') return undefined
  if (parsed.kind === 'absolute' && parsed.root !== `${baseUrl}/`) return undefined
  return { type: parsed.type, id: parsed.id }
}

function boundsOf({ start, end }: Period, zone: Zone): Bounds {
  return {
    start: start === undefined ? undefined : dateRange(start, zone)?.start,
    end: end === undefined ? undefined : dateRange(end, zone)?.end,
  }
}

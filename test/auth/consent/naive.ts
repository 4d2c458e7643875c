import type { ConsentCaller } from '../../../auth/consent/actors.ts'
import type { Json } from '../../support/server.ts'

/** Consent as it is written down in auth/consent/README.md, over plain resources, with nothing of what is tested. */
const SECURITY = 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality'
const LEVELS = ['U', 'L', 'M', 'N', 'R', 'V']
const DATES: Record<string, string> = {
  Condition: 'onsetDateTime',
  Claim: 'created',
  Observation: 'effectiveDateTime',
  DocumentReference: 'date',
  MedicationRequest: 'authoredOn',
}
const CODED: Record<string, (one: Json) => Json[]> = {
  Condition: ({ code, category = [] }) => [code, ...category],
  Observation: ({ code }) => [code],
  DocumentReference: ({ type, category = [] }) => [type, ...category],
  MedicationRequest: ({ medicationCodeableConcept }) => [medicationCodeableConcept],
  Patient: () => [],
}

/** Whether a caller is denied to see a resource by one of the Consents. */
export function isDenied(consents: readonly Json[], caller: ConsentCaller, now: number, resource: Json): boolean {
  const of = patientsOf(resource)
  const { patient, fhirUser, role } = caller.identity
  const own = fhirUser ? (fhirUser.type === 'Patient' ? fhirUser.id : undefined) : role ? undefined : patient
  if (of.includes(own)) return false
  return consents.some((consent) => {
    const id = consent.patient?.reference?.split('/')[1]
    if (consent.status !== 'active' || !of.includes(id)) return false
    const base = consent.policyRule?.coding[0].code
    const root = consent.provision && { ...consent.provision }
    if (!base) return root ? denied(root, caller, now, resource) : false
    const type = base === 'OPTOUT' ? 'deny' : 'permit'
    if (root && !root.type) return denied({ ...root, type }, caller, now, resource)
    return denied({ type, provision: root ? [root] : [] }, caller, now, resource)
  })
}

function denied(rule: Json, caller: ConsentCaller, now: number, resource: Json): boolean {
  if (!holds(rule, caller, now, resource, true)) return false
  const nested: Json[] = rule.provision ?? []
  if (nested.some((one) => denied({ ...one, type: one.type ?? 'deny' }, caller, now, resource))) return true
  return rule.type === 'deny' && !nested.some((one) => holds(one, caller, now, resource, false))
}

function holds(rule: Json, caller: ConsentCaller, now: number, resource: Json, ifUnclear: boolean): boolean {
  const judged = [
    during(rule.period, now),
    rule.actor ? any(rule.actor.map((one: Json) => isActor(one, caller))) : true,
    rule.purpose
      ? purposes(
          rule.purpose.map(({ code }: Json) => code),
          caller.purposes,
        )
      : true,
    rule.class
      ? any(
          rule.class.map(({ system, code }: Json) =>
            /resource-types/.test(system) ? code === resource.resourceType : undefined,
          ),
        )
      : true,
    rule.code
      ? any(
          rule.code.map(({ coding, text }: Json) => (coding && !text ? hasCode(resource, coding[0].code) : undefined)),
        )
      : true,
    rule.securityLabel ? labels(rule.securityLabel, resource, ifUnclear) : true,
    rule.data
      ? any(rule.data.map(({ reference }: Json) => reference.reference === `${resource.resourceType}/${resource.id}`))
      : true,
    rule.dataPeriod ? dated(rule.dataPeriod, resource, ifUnclear) : true,
  ]
  return judged.every((one) => one ?? ifUnclear)
}

/** undefined where it cannot be told. */
function any(each: (boolean | undefined)[]): boolean | undefined {
  if (each.includes(true)) return true
  return each.includes(undefined) ? undefined : false
}

function during(period: Json, now: number): boolean {
  return (
    !period ||
    ((!period.start || Date.parse(period.start) <= now) && (!period.end || now < Date.parse(period.end) + 864e5))
  )
}

function isActor({ reference }: Json, { identity }: ConsentCaller): boolean | undefined {
  const name = reference.reference
  if (!name || name.startsWith('Group/')) return undefined
  if (name.startsWith('Organization/')) {
    if (identity.organization) return name === `Organization/${identity.organization}`
    return identity.fhirUser?.type === 'Patient' ? false : undefined
  }
  if (!identity.fhirUser) return identity.scopes.every((scope) => scope.startsWith('system/')) ? false : undefined
  return name === `${identity.fhirUser.type}/${identity.fhirUser.id}`
}

function purposes(meant: string[], asked: readonly string[]): boolean | undefined {
  if (asked.length === 0) return undefined
  if (asked.every((one) => meant.includes(one))) return true
  return asked.some((one) => meant.includes(one)) ? undefined : false
}

function hasCode(resource: Json, code: string): boolean | undefined {
  return CODED[resource.resourceType]?.(resource).some((concept) =>
    concept?.coding?.some((one: Json) => one.code === code),
  )
}

function labels(meant: Json[], { meta }: Json, isDenial: boolean): boolean {
  const level = Math.max(
    ...(meta?.security ?? []).map((one: Json) => LEVELS.indexOf(one.system === SECURITY ? one.code : '')),
    -1,
  )
  const tests = meant.map(({ system, code }) => {
    const at = LEVELS.indexOf(code)
    if (system !== SECURITY)
      return (meta?.security ?? []).some((one: Json) => one.system === system && one.code === code)
    const own = level < 0 ? LEVELS.indexOf('N') : level
    return isDenial ? own >= at : own <= at
  })
  return isDenial ? tests.some(Boolean) : tests.every(Boolean)
}

function dated({ start, end }: Json, resource: Json, isDenial: boolean): boolean | undefined {
  const element = DATES[resource.resourceType]
  const date = element && resource[element]?.slice(0, 10)
  if (!date) return isDenial
  return (!start || date >= start) && (!end || date <= end)
}

function patientsOf(resource: Json): (string | undefined)[] {
  const { resourceType, id, subject, patient, performer = [] } = resource
  if (resourceType === 'Patient') return [id]
  return [subject, patient, ...performer].flatMap((one) =>
    one?.reference?.startsWith('Patient/') ? [one.reference.slice(8)] : [],
  )
}

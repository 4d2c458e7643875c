import fc from 'fast-check'
import { concept, dateTime, elements, few, identifier, POOL, referenceTo, some } from '../oracle/elements.ts'
import type { Resource } from '../oracle/world.ts'

const insurance = few(fc.record({ focal: fc.boolean(), coverage: referenceTo('Coverage') }))

/** What the oracle's worlds lack, and policies and scopes are about. */
const SHAPES: Record<string, fc.Arbitrary<Record<string, unknown>>> = {
  Claim: elements({
    identifier: few(identifier),
    status: some(['active', 'draft']),
    use: some(['claim', 'preauthorization']),
    patient: referenceTo('Patient'),
    created: dateTime,
    insurer: referenceTo('Organization'),
    provider: referenceTo('Practitioner', 'Organization'),
    insurance,
  }),
  Coverage: elements({
    identifier: few(identifier),
    status: some(['active', 'cancelled']),
    beneficiary: referenceTo('Patient'),
    subscriber: referenceTo('Patient'),
    payor: few(referenceTo('Organization', 'Patient')),
  }),
  ExplanationOfBenefit: elements({
    status: some(['active', 'draft']),
    patient: referenceTo('Patient'),
    created: dateTime,
    insurer: referenceTo('Organization'),
    claim: referenceTo('Claim'),
    disposition: some(POOL.words),
    insurance,
  }),
  AuditEvent: elements({
    recorded: some(POOL.moments),
    action: some(['R', 'U', 'D']),
    agent: few(fc.record({ who: referenceTo('Practitioner', 'Patient'), requestor: fc.boolean() })),
    entity: few(fc.record({ what: referenceTo('Patient', 'Observation'), name: some(POOL.words) })),
  }),
  Provenance: elements({
    target: few(referenceTo('Observation', 'Patient', 'Claim')),
    recorded: some(POOL.moments),
    agent: few(fc.record({ who: referenceTo('Practitioner', 'Organization') })),
  }),
  DocumentReference: elements({
    status: some(['current', 'superseded']),
    type: concept,
    subject: referenceTo('Patient'),
    author: few(referenceTo('Practitioner', 'Patient')),
    date: some(POOL.moments),
    description: some(POOL.words),
    content: few(some(POOL.ids).map((id) => ({ attachment: { url: `Binary/${id}`, contentType: 'text/plain' } }))),
  }),
  Binary: fc.record({
    contentType: fc.constant('text/plain'),
    data: some(['aGk=', 'eW91', '']),
    securityContext: fc.option(referenceTo('Patient', 'Observation'), { nil: undefined }),
  }),
  Communication: elements({
    status: some(['completed', 'stopped']),
    subject: referenceTo('Patient', 'Group'),
    sender: referenceTo('Practitioner', 'Patient'),
    recipient: few(referenceTo('Practitioner', 'Patient')),
    about: few(referenceTo('Observation', 'Condition')),
    payload: few(some(POOL.words).map((contentString) => ({ contentString }))),
  }),
}

export const FURTHER_NAMES = Object.keys(SHAPES)

/** A resource of each of these types, with any of the ids. */
export const FURTHER: Record<string, fc.Arbitrary<Resource>> = Object.fromEntries(
  Object.entries(SHAPES).map(([resourceType, shape]) => [
    resourceType,
    fc.tuple(some(POOL.ids), shape).map(([id, rest]): Resource => ({ resourceType, id, ...defined(rest) })),
  ]),
)

function defined(rest: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(rest).filter(([, one]) => one !== undefined))
}

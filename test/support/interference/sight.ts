import { BASE } from '../criteria.ts'
import type { Resource } from '../oracle/world.ts'
import type { Caller } from './caller.ts'

/** R4's CompartmentDefinition of Patient, as far as these stores go: the elements that make a resource the patient's. */
const OF_PATIENT: Record<string, readonly string[]> = {
  Observation: ['subject', 'performer'],
  Condition: ['subject', 'asserter'],
  Encounter: ['subject'],
  RiskAssessment: ['subject'],
  QuestionnaireResponse: ['subject', 'author'],
  List: ['subject', 'source'],
  Claim: ['patient'],
  Coverage: ['beneficiary', 'subscriber', 'payor', 'policyHolder'],
  ExplanationOfBenefit: ['patient'],
  DocumentReference: ['subject', 'author'],
  Communication: ['subject', 'sender', 'recipient'],
  Provenance: ['target'],
}

/** Whether one of some elements refers to `Type/id` on this server. */
export function refersTo(resource: Resource, elements: readonly string[], name: string): boolean {
  return elements.some((element) =>
    [resource[element] ?? []].flat().some((one) => {
      const { reference } = one as { reference?: string }
      return reference === name || reference === `${BASE}/${name}`
    }),
  )
}

export function isOfPatient(resource: Resource, id: string): boolean {
  const { resourceType } = resource
  if (resourceType === 'Patient') return resource.id === id
  return refersTo(resource, OF_PATIENT[resourceType] ?? [], `Patient/${id}`)
}

export function hasCode(value: unknown, system: string, code: string): boolean {
  const { coding = [] } = (value ?? {}) as { coding?: { system?: string; code: string }[] }
  return coding.some((one) => one.system === system && one.code === code)
}

const without = (resource: Resource, elements: readonly RegExp[]): Resource =>
  Object.fromEntries(
    Object.entries(resource).filter(([name]) => !elements.some((element) => element.test(name))),
  ) as Resource

/** A resource with what another has of some elements. */
function withOther(resource: Resource, spare: Resource | undefined, elements: readonly RegExp[]): Resource {
  const theirs = Object.entries(spare ?? {}).filter(([name]) => elements.some((element) => element.test(name)))
  return { ...without(resource, elements), ...Object.fromEntries(theirs) } as Resource
}

/** What a policy withholds, by type: names of members of the JSON. */
export function withholding(hidden: Record<string, readonly RegExp[]>): Pick<Caller, 'conceals' | 'shown'> {
  return {
    conceals: (resource, spare) => {
      const elements = hidden[resource.resourceType]
      return elements ? withOther(resource, spare, elements) : resource
    },
    shown: (resource) => {
      const elements = hidden[resource.resourceType]
      return elements ? without(resource, elements) : resource
    },
  }
}

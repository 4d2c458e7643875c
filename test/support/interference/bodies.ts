import fc from 'fast-check'
import type { Resource } from '../oracle/world.ts'
import type { Known } from './criteria.ts'
import { anyOf } from './tracks.ts'

const text = { text: 'any' }
const subject = { reference: 'Patient/1' }

/** What R4 requires of these types, where a resource lacks it. */
const REQUIRED: Record<string, object> = {
  Observation: { status: 'final', code: text },
  Condition: { subject },
  Encounter: { status: 'finished', class: { code: 'AMB' } },
  RiskAssessment: { status: 'final', subject },
  QuestionnaireResponse: { status: 'completed' },
  Questionnaire: { status: 'draft' },
  ValueSet: { status: 'draft' },
  CodeSystem: { status: 'draft', content: 'complete' },
  List: { status: 'current', mode: 'working' },
  Group: { type: 'person', actual: true },
  Claim: {
    status: 'active',
    type: text,
    use: 'claim',
    patient: subject,
    created: '2020',
    provider: { reference: 'Organization/1' },
    priority: text,
    insurance: [{ sequence: 1, focal: true, coverage: { display: 'none' } }],
  },
  Coverage: { status: 'active', beneficiary: subject, payor: [{ reference: 'Organization/1' }] },
  Communication: { status: 'completed' },
  DocumentReference: { status: 'current', content: [{ attachment: { title: 'any' } }] },
  Provenance: { target: [subject], recorded: '2020-02-29T00:00:00Z', agent: [{ who: { display: 'any' } }] },
}

/** Bodies of any content, most of them of what is hidden, and some of what is seen; most are valid. */
export function bodyFor({ samples }: Known, type: string, id?: string): fc.Arbitrary<Resource> {
  const fitting = samples.filter(({ resourceType }) => resourceType === type)
  const any = anyOf(type)
  const body = fitting.length > 0 ? fc.oneof(any, fc.constantFrom(...fitting)) : any
  const whole = body.map((one) => ({ ...REQUIRED[type], ...(pruned(one) as Resource) }))
  return fc
    .oneof({ weight: 9, arbitrary: whole }, { weight: 1, arbitrary: body })
    .map(({ id: _, ...rest }) => ({ ...rest, ...(id === undefined ? {} : { id }) }) as Resource)
}

/** Without what is empty, which no valid resource has. */
function pruned(value: unknown): unknown {
  if (value === '') return undefined
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) {
    const items = value.map(pruned).filter((one) => one !== undefined)
    return items.length > 0 ? items : undefined
  }
  const members = Object.entries(value)
    .map(([name, one]) => [name, pruned(one)] as const)
    .filter(([, one]) => one !== undefined)
  return members.length > 0 ? Object.fromEntries(members) : undefined
}

import { isOfPatients, patientKey } from '../../resources/store/mongo/document.ts'
import { tokenKey } from '../../resources/store/mongo/keys.ts'
import type { Expression } from '../expression.ts'
import { isIn, type MongoFilter } from './conditions.ts'
import { isExact } from './entries.ts'

type TokenExpression = Extract<Expression, { kind: 'token' }>

/** Keys of a patient that are asked for at once: the server merges so many stretches of an index in their order. */
const MOST_KEYS = 20

/** Parameters that say little, nearly all resources of a patient having one value. */
const BROAD = ['status', 'intent', 'use', 'lifecycle-status', 'verification-status']

/** What is asked of the resources of one patient, by their keys; and the parts of the `and` that are met with it. */
export interface OfPatient {
  filter: MongoFilter
  met: Expression[]
}

/** Finds, among what a resource must meet all of, that it is about one patient, and what is kept behind that one's id. */
export function ofPatient(parts: readonly Expression[]): OfPatient | undefined {
  for (const part of parts) {
    const patient = patientOf(part)
    if (patient === undefined) continue
    const token = parts.filter(isKept).sort((one, other) => breadth(one) - breadth(other))[0]
    // In the order of ids the index of all keys leads as well.
    if (!token) return { filter: { pk: patient }, met: [] }
    const keys = token.tests.filter(isExact).map(({ system, code }) => tokenKey(token.param, code, system))
    const filter = isIn(
      'pk',
      keys.map((key) => patientKey(patient, key)),
    )
    return { filter, met: [part, token] }
  }
  return undefined
}

/** The one patient that a part wants a resource to be about. */
function patientOf(part: Expression): string | undefined {
  if (part.kind !== 'reference' || part.param !== 'patient' || part.uris.length > 0) return undefined
  const { targets, bare } = part
  const bareTargets = bare.types.flatMap((type) => bare.ids.map((id) => ({ type, id })))
  const [only, ...others] = [...targets, ...bareTargets]
  return only?.type === 'Patient' && others.length === 0 ? only.id : undefined
}

function isKept(part: Expression): part is TokenExpression {
  if (part.kind !== 'token' || !isOfPatients(part.param)) return false
  return part.tests.length > 0 && part.tests.length <= MOST_KEYS && part.tests.every(isExact)
}

function breadth({ param }: TokenExpression): number {
  return BROAD.indexOf(param)
}

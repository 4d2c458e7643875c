import { FhirError } from '../../resources/fhir-error.ts'
import type { JsonDocument } from '../../resources/json/parse.ts'
import { ID_PATTERN } from '../../resources/references.ts'
import { parseQuery } from '../../search/query.ts'
import type { Config } from '../config.ts'
import { type Criteria, severalMatch } from './criteria.ts'
import { newId } from './document.ts'
import type { Draft, Target } from './draft.ts'

/** Resources that one conditional delete removes at the most, where several are allowed. */
const MOST_DELETED = 10_000

/**
 * Settles which resources a write is about: ids are given, criteria searched (R4 http, conditional create, update,
 * patch and delete).
 */
export async function settle(draft: Draft, criteria: Criteria, config: Config): Promise<Target[]> {
  switch (draft.call.interaction) {
    case 'create':
      return [await created(draft, criteria)]
    case 'update':
      return [await updated(draft, criteria)]
    case 'patch':
      return [await patched(draft, criteria)]
    default:
      return deleted(draft, criteria, config)
  }
}

async function created({ call }: Draft, criteria: Criteria): Promise<Target> {
  const type = call.type!
  const { ifNoneExist } = call.conditions
  if (ifNoneExist === undefined) return { type, id: newId() }
  const { id, where } = await criteria.findOne(type, parseQuery(ifNoneExist))
  return id === undefined ? { type, id: newId(), unmatched: where } : { type, id, existing: true }
}

async function updated({ call, document }: Draft, criteria: Criteria): Promise<Target> {
  const type = call.type!
  if (call.id !== undefined) {
    checkId(call.id, document!)
    return { type, id: call.id }
  }
  const { id: found, where } = await criteria.findOne(type, call.query)
  const own = document!.value.id as string | undefined
  if (found === undefined) {
    if (call.conditions.ifMatch) throw FhirError.of('precondition-failed', `No ${type} matches, and If-Match is given.`)
    return { type, id: own ?? newId(), mustBeNew: true, unmatched: where }
  }
  if (own !== undefined && own !== found) {
    const words = 'The id in the body is not that of the resource that the criteria match.'
    throw FhirError.of('invalid', words, { expression: `${type}.id` })
  }
  return { type, id: found }
}

async function patched({ call }: Draft, criteria: Criteria): Promise<Target> {
  const type = call.type!
  const id = call.id ?? (await criteria.findOne(type, call.query)).id
  if (id === undefined) throw FhirError.of('not-found', `No ${type} matches the criteria.`)
  return { type, id }
}

async function deleted({ call }: Draft, criteria: Criteria, config: Config): Promise<Target[]> {
  const type = call.type!
  if (call.id !== undefined) return [{ type, id: call.id }]
  const most = config.conditionalDelete === 'multiple' && !call.conditions.ifMatch ? MOST_DELETED : 1
  const { ids } = await criteria.find(type, call.query, most)
  if (ids.length > most) throw severalMatch(type)
  if (ids.length === 0 && call.conditions.ifMatch) {
    throw FhirError.of('precondition-failed', `No ${type} matches, and If-Match is given.`)
  }
  return ids.map((id) => ({ type, id }))
}

/** The URL's id must be well formed and the body's the same (R4 http, update). */
function checkId(id: string, { value }: JsonDocument): void {
  const type = String(value.resourceType)
  if (!ID_PATTERN.test(id)) throw FhirError.of('invalid', 'The id in the URL is not a valid id.', { code: 'value' })
  if (value.id !== id) {
    const given = value.id === undefined ? 'lacks the id of the URL' : 'has another id than the URL'
    throw FhirError.of('invalid', `The resource ${given}.`, { expression: `${type}.id` })
  }
}

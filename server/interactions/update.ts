import { FhirError } from '../../resources/fhir-error.ts'
import type { JsonDocument } from '../../resources/json/parse.ts'
import { ID_PATTERN } from '../../resources/references.ts'
import type { Guard } from '../../resources/store/port.ts'
import type { Answer, Call, Services } from '../call.ts'
import { commitOne, expectationOf, untilCurrent, written } from './commit.ts'
import { conditionalSearch, matchCriteria, severalMatch } from './criteria.ts'
import { newId, readResource, writeChange } from './prepare.ts'

/** R4 http, update: under the id of the URL, made if need be; or of what the criteria match. */
export async function update(call: Call, services: Services): Promise<Answer> {
  const type = call.type!
  const document = readResource(call.body, type, services.config)
  if (call.id !== undefined) {
    checkId(call.id, document)
    return put(call, call.id, document, [], services)
  }
  const search = conditionalSearch(type, call.query, call.access, services)
  return untilCurrent(async () => {
    const { found, guard } = await matchCriteria(search, services)
    if (found.length > 1) throw severalMatch(type)
    const { id, isNew } = conditionalTarget(type, found[0]?.id, document)
    return put(isNew ? absent(call) : call, id, document, [guard], services)
  })
}

/**
 * The id that a conditional update writes to (R4 http, conditional update). `isNew`: nothing matched, so the id must
 * not be taken.
 */
export function conditionalTarget(
  type: string,
  matched: string | undefined,
  { value }: JsonDocument,
): { id: string; isNew: boolean } {
  const own = value.id as string | undefined
  if (matched === undefined) return { id: own ?? newId(), isNew: true }
  if (own !== undefined && own !== matched) {
    throw FhirError.of('invalid', 'The id in the body is not that of the resource that the criteria match.', {
      expression: `${type}.id`,
    })
  }
  return { id: matched, isNew: false }
}

/** Throws `invalid` unless the URL's id is well formed and the body's is the same (R4 http, update). */
export function checkId(id: string, { value }: JsonDocument): void {
  const type = String(value.resourceType)
  if (!ID_PATTERN.test(id)) throw FhirError.of('invalid', 'The id in the URL is not a valid id.', { code: 'value' })
  if (value.id !== id) {
    const given = value.id === undefined ? 'lacks the id of the URL' : 'has another id than the URL'
    throw FhirError.of('invalid', `The resource ${given}.`, { expression: `${type}.id` })
  }
}

async function put(
  call: Call,
  id: string,
  document: JsonDocument,
  guards: Guard[],
  services: Services,
): Promise<Answer> {
  const expect = await expectationOf({ ...call, id }, services)
  const change = writeChange('PUT', call.type!, id, document, services, expect)
  return written(change, await commitOne(change, guards, services), call)
}

function absent(call: Call): Call {
  return { ...call, conditions: { ...call.conditions, ifNoneMatch: ['*'] } }
}

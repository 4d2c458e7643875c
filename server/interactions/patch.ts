import { FhirError } from '../../resources/fhir-error.ts'
import { type JsonObject, parseLossless, printLossless } from '../../resources/json/lossless.ts'
import { parseDocument, parseJson } from '../../resources/json/parse.ts'
import { applyFhirPathPatch } from '../../resources/patch/fhirpath-patch.ts'
import { applyJsonPatch } from '../../resources/patch/json-patch.ts'
import { dropStaleNarrative } from '../../resources/patch/narrative.ts'
import { CommitRefused, type Guard, type WriteChange } from '../../resources/store/port.ts'
import { checkStructure } from '../../resources/validation/structure/check.ts'
import type { Answer, Call, Services } from '../call.ts'
import { commitOne, expectationOf, untilCurrent, written } from './commit.ts'
import { conditionalSearch, matchCriteria, severalMatch } from './criteria.ts'
import { checkResource, writeChange } from './prepare.ts'
import { liveText } from './read.ts'

/** R4 http, patch: of one id, or of what the criteria match. */
export async function patch(call: Call, services: Services): Promise<Answer> {
  const search = call.id === undefined ? conditionalSearch(call.type!, call.query, call.access, services) : undefined
  return untilCurrent(async () => {
    if (!search) return patchOne(call, [], services)
    const { found, guard } = await matchCriteria(search, services)
    if (found.length > 1) throw severalMatch(call.type!)
    if (!found[0]) throw FhirError.of('not-found', `No ${call.type} matches the criteria.`)
    return patchOne({ ...call, id: found[0].id }, [guard], services)
  })
}

async function patchOne(call: Call, guards: Guard[], services: Services): Promise<Answer> {
  const change = await patchedChange(call, services)
  try {
    return written(change, await commitOne(change, guards, services), call)
  } catch (error) {
    // Without If-Match the client did not ask for a version: when another write came between, patch what it left.
    const overtaken = error instanceof FhirError && error.kind === 'precondition-failed' && !call.conditions.ifMatch
    throw overtaken ? new CommitRefused('outdated') : error
  }
}

/**
 * The change that a patch amounts to, on the version that is current now and on no other. Throws `not-found`, `gone`,
 * `precondition-failed` (If-Match), `invalid` for a bad patch, `unprocessable` for one that does not fit.
 */
export async function patchedChange(call: Call, services: Services): Promise<WriteChange> {
  const type = call.type!
  const apply = patchOf(call.mediaType)
  if (!call.body || call.body.length === 0) throw FhirError.of('invalid', 'A patch is expected in the body.')
  const expected = await expectationOf(call, services)
  const current = await services.store.read(type, call.id!)
  const before = parseLossless(liveText(current, call).toString()) as JsonObject
  if (typeof expected === 'object' && expected.version !== current!.version) {
    throw FhirError.of(
      'precondition-failed',
      `${type}/${call.id} has version ${current!.version}, not the one of If-Match.`,
    )
  }
  const { maxDepth } = services.config
  const after = dropStaleNarrative(before, apply(before, call.body, maxDepth))
  if (after.resourceType !== type || after.id !== call.id) {
    throw FhirError.of('unprocessable', 'A patch may not change id or resourceType.')
  }
  const document = parseDocument(Buffer.from(printLossless(after)), maxDepth)
  checkResource(document, type, services.config, 'unprocessable')
  return writeChange('PATCH', type, call.id!, document, services, { version: current!.version })
}

type Apply = (resource: JsonObject, body: Uint8Array, maxDepth: number) => JsonObject

/** How a patch of a media type is applied. Throws `unsupported-media`. */
function patchOf(mediaType: string | undefined): Apply {
  if (mediaType === 'application/json-patch+json') return applyJson
  if (mediaType === 'application/fhir+json' || mediaType === 'application/json') return applyFhirPath
  const known = 'application/json-patch+json, or Parameters in application/fhir+json'
  throw FhirError.of('unsupported-media', `A patch is ${known}.`)
}

function applyJson(resource: JsonObject, body: Uint8Array, maxDepth: number): JsonObject {
  return applyJsonPatch(resource, parseLossless(parseJson(body, maxDepth).text.toString()))
}

function applyFhirPath(resource: JsonObject, body: Uint8Array, maxDepth: number): JsonObject {
  const { text, value } = parseDocument(body, maxDepth)
  if (value.resourceType !== 'Parameters') throw FhirError.of('invalid', 'A FHIRPath Patch is a Parameters resource.')
  const issues = checkStructure(value, text.length)
  if (issues.length > 0) throw new FhirError('invalid', issues)
  return applyFhirPathPatch(resource, parseLossless(text.toString()) as JsonObject)
}

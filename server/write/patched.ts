import { FhirError } from '../../resources/fhir-error.ts'
import { type JsonObject, parseLossless, printLossless } from '../../resources/json/lossless.ts'
import { type JsonDocument, parseDocument, parseJson } from '../../resources/json/parse.ts'
import { applyFhirPathPatch } from '../../resources/patch/fhirpath-patch.ts'
import { applyJsonPatch } from '../../resources/patch/json-patch.ts'
import { dropStaleNarrative } from '../../resources/patch/narrative.ts'
import { redactedText } from '../../resources/redact.ts'
import { checkStructure } from '../../resources/validation/structure/check.ts'
import type { Call, Services } from '../call.ts'
import { areLinked } from '../linked-binaries.ts'
import { liveVersion, visible } from '../visible.ts'
import { validated } from './document.ts'
import type { Draft } from './draft.ts'
import { expectationOf } from './expectation.ts'

/**
 * Applies a settled patch to the version that is current now, and notes it as the only one that the change may follow
 * (R4 http, patch). Throws `not-found`, `gone`, `precondition-failed` (If-Match), `invalid` for a bad patch,
 * `unprocessable` for one that does not fit.
 */
export async function applyPatch(draft: Draft, services: Services): Promise<void> {
  const { call } = draft
  const { type, id } = draft.targets[0]!
  const apply = applierOf(call.mediaType)
  if (!call.body || call.body.length === 0) throw FhirError.of('invalid', 'A patch is expected in the body.')
  const current = await visible(type, id, call.access, services)
  if (!current) await demandUnseen(draft, services)
  const { text, version } = liveVersion(current, { type, id })
  if (redactedText(text, call.access.hidden) !== text) {
    throw FhirError.of('forbidden', 'Parts of this resource are withheld from this caller, who cannot patch it.')
  }
  const before = parseLossless(text.toString()) as JsonObject
  const demanded = expectationOf(call.conditions, draft.targets[0]!, version)
  const { maxDepth } = services.config
  const after = dropStaleNarrative(before, apply(before, call.body, maxDepth))
  if (after.resourceType !== type || after.id !== id) {
    throw FhirError.of('unprocessable', 'A patch may not change id or resourceType.')
  }
  const patched = parseDocument(Buffer.from(printLossless(after)), maxDepth)
  Object.assign(draft, await validated(patched, { ...call, type }, services, 'unprocessable'))
  // Where the client did not ask for a version, a write that comes between makes the patch be applied anew.
  draft.patched = { expect: demanded ?? { version, retry: true }, text }
}

/** A patch tells by its failure what is there: who may update a resource and not read it, cannot patch it. */
async function demandUnseen({ call, targets: [target] }: Draft, services: Services): Promise<void> {
  const { type, id } = target!
  if (type === 'Binary' && areLinked(call.access)) return
  const changeable = await visible(type, id, call.access, services, 'u')
  if (changeable?.text) throw FhirError.of('forbidden', `A patch takes a scope with ${type}.r, too.`)
}

type Apply = (resource: JsonObject, body: Uint8Array, maxDepth: number) => JsonObject

/** How a patch of a media type is applied. Throws `unsupported-media`. */
function applierOf(mediaType: string | undefined): Apply {
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
  const issues = checkStructure(value, text)
  if (issues.length > 0) throw new FhirError('invalid', issues)
  return applyFhirPathPatch(resource, parseLossless(text.toString()) as JsonObject)
}

/** A JSON Patch travels in a Binary, a FHIRPath Patch as Parameters (R4 http, patch in a Bundle). */
export function takePatch(call: Call, { value, text }: JsonDocument): void {
  const isBinary = value.resourceType === 'Binary'
  call.body = isBinary ? Buffer.from(String(value.data ?? ''), 'base64') : text
  call.mediaType = isBinary ? String(value.contentType ?? '') : 'application/fhir+json'
}

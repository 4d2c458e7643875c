import { beginningOf } from '../../beginning.ts'
import { membersOf, resourceTypes } from '../../definitions/definitions.ts'
import { type ParsedReference, parseReference } from '../../references.ts'
import type { Finding, Place, Run } from '../place.ts'
import { resolveNear } from './near.ts'
import { isUrn, isWrongUrn } from './uris.ts'

interface Reference {
  reference?: string
  type?: string
  identifier?: unknown
}

/** Checks a Reference: its form, that it leads to a type that it may lead to here, and that its `type` says the same (R4 references.html). */
export function checkReference(place: Place, run: Run): void {
  const { reference, type } = place.value as Reference
  const named = type === undefined ? undefined : bareType(type)
  if (reference === undefined) {
    if (named !== undefined) checkTarget(place, named, run)
    return
  }
  const parsed = parseReference(reference)
  const near = parsed.kind === 'relative' && !isInBundle(place) ? undefined : resolveNear(reference, place)
  if (!near && !isFormed(reference, parsed)) {
    run.report(place, malformed(reference), 'reference')
    return
  }
  const actual = near ? String(near.resourceType) : 'type' in parsed ? parsed.type : undefined
  if (named !== undefined && actual !== undefined && named !== actual) {
    run.report(place, differs(named, actual), 'type')
  }
  const leadsTo = actual ?? named
  if (leadsTo !== undefined) checkTarget(place, leadsTo, run)
  if (!near && parsed.kind === 'relative' && run.options.targets) checkIsThere(place, reference, run)
}

function isInBundle(place: Place): boolean {
  return place.resource.parent !== undefined
}

/** `Patient`, also where it is told as the canonical of the type. */
function bareType(type: string): string {
  return type.startsWith(PREFIX) ? type.slice(PREFIX.length) : type
}

const PREFIX = 'http://hl7.org/fhir/StructureDefinition/'

function checkTarget(place: Place, type: string, run: Run): void {
  const targets = targetsOf(place)
  if (!targets || targets.includes(type)) return
  const diagnostics = `A reference to ${beginningOf(type)} is not allowed here, but to ${targets.join(', ')}.`
  run.report(place, { severity: 'error', code: 'structure', messageId: 'reference-target', diagnostics })
}

/** The types that a reference may lead to where it stands; undefined where it may lead to any. */
function targetsOf({ parent, name }: Place): readonly string[] | undefined {
  return parent && membersOf(parent.type).get(name)?.element.targets
}

/** Whether a text is a literal reference: `#id`, `Type/id`, criteria, an absolute URL or a URN. */
function isFormed(reference: string, { kind }: ParsedReference): boolean {
  if (kind === 'urn') return isUrn(reference) && !isWrongUrn(reference)
  if (kind !== 'other') return true
  if (/\s/.test(reference)) return false
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(reference)?.[1]?.toLowerCase()
  if (scheme === undefined) return false
  return scheme !== 'http' && scheme !== 'https' ? true : URL.canParse(reference) && !hasWrongType(reference)
}

/** A RESTful URL of a type that R4 does not have is one of another server's making; one whose id cannot be one is wrong. */
function hasWrongType(reference: string): boolean {
  const [type, id] = reference.split(/[?#]/, 1)[0]!.split('/').slice(-2)
  return type !== undefined && resourceTypes.has(type) && !/^[A-Za-z0-9\-.]{1,64}$/.test(id ?? '')
}

function malformed(reference: string): Finding {
  return {
    severity: 'error',
    code: 'value',
    messageId: 'reference-format',
    diagnostics: `'${beginningOf(reference)}' is no literal reference: Type/id, an absolute URL, urn:uuid:…, urn:oid:… or #id.`,
  }
}

function differs(named: string, actual: string): Finding {
  return {
    severity: 'error',
    code: 'structure',
    messageId: 'reference-type',
    diagnostics: `The type says ${beginningOf(named)}, the reference leads to ${actual}.`,
  }
}

function checkIsThere(place: Place, reference: string, run: Run): void {
  if (run.known.target(reference) !== null) return
  run.report(
    place,
    {
      severity: 'information',
      code: 'not-found',
      messageId: 'reference-missing',
      diagnostics: `There is no ${beginningOf(reference)} here.`,
    },
    'reference',
  )
}

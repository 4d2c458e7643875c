import { storableTypes } from '../../resources/definitions/definitions.ts'
import { ID_PATTERN, parseReference } from '../../resources/references.ts'
import type { IndexEntry } from '../../resources/store/port.ts'
import { badValue, type Criterion, unknownModifier } from '../criterion.ts'
import type { BareIds, Expression, ReferenceTarget } from '../expression.ts'
import type { SelectedValue } from '../parameters.ts'
import { unescaped } from '../values.ts'
import { tokenTests } from './token.ts'

interface Identifier {
  system?: string
  value?: unknown
}

/**
 * Index entries of a reference parameter: a target on this server by type and id (`baseUrl` ends without `/`), any
 * other by its uri; a canonical with and without its version (R4 search, reference).
 */
export function indexReference(param: string, { value, type }: SelectedValue, baseUrl: string): IndexEntry[] {
  if (type === 'Resource') {
    const { resourceType, id } = value as { resourceType: string; id?: string }
    return id === undefined ? [] : [['reference', param, resourceType, id]]
  }
  if (type === 'Extension') {
    const inner = (value as { valueReference?: object }).valueReference
    return inner ? indexReference(param, { value: inner, type: 'Reference', binding: undefined }, baseUrl) : []
  }
  if (typeof value === 'string') return ofCanonical(param, value, type)
  if (type !== 'Reference') return []
  const { reference: text, identifier } = value as { reference?: unknown; identifier?: Identifier }
  const entries = ofReference(param, typeof text === 'string' ? text : '#', baseUrl)
  if (typeof identifier?.value === 'string') {
    entries.push(['token', `${param}:identifier`, identifier.system ?? '', identifier.value])
  }
  return entries
}

/** What leads nowhere (`#contained`, an identifier or a display alone) cannot be asked for, but is not missing. */
function ofReference(param: string, text: string, baseUrl: string): IndexEntry[] {
  const parsed = parseReference(text)
  if (parsed.kind === 'relative' || (parsed.kind === 'absolute' && parsed.root === `${baseUrl}/`)) {
    return [['reference', param, parsed.type, parsed.id]]
  }
  return [['uri', param, text]]
}

/** Chains and includes go by the whole of a canonical: with a version it means no other. */
function ofCanonical(param: string, text: string, type: string): IndexEntry[] {
  const bar = text.lastIndexOf('|')
  const entries: IndexEntry[] = [['uri', param, text]]
  if (bar >= 0) entries.push(['uri', param, text.slice(0, bar)])
  if (type === 'canonical') entries.push(['uri', `${param}:canonical`, text])
  return entries
}

/**
 * `id`, `Type/id`, an absolute URL or a canonical; the modifier may be the type of a bare id, or `:identifier`, which
 * asks for the token of Reference.identifier (R4 search, reference).
 */
export function parseReferenceTest({ parameter, modifier, values, baseUrl }: Criterion): Expression {
  if (modifier === 'identifier') return tokenTests(`${parameter.code}:identifier`, values)
  if (modifier !== undefined && !storableTypes.has(modifier)) throw unknownModifier(`${parameter.code}:${modifier}`)
  const targets: ReferenceTarget[] = []
  const uris: string[] = []
  const types = modifier === undefined ? bareTypes(parameter.targets) : [modifier]
  const bare: BareIds = { types, ids: [] }
  for (const value of values.map(unescaped)) {
    const parsed = parseReference(value)
    if (parsed.kind === 'relative' || (parsed.kind === 'absolute' && parsed.root === `${baseUrl}/`)) {
      if (modifier === undefined || modifier === parsed.type) targets.push({ type: parsed.type, id: parsed.id })
      // A canonical of this server's own is kept as the text that it is.
      if (parsed.kind === 'absolute') uris.push(value)
    } else if (ID_PATTERN.test(value)) {
      if (types.length === 1) targets.push({ type: types[0]!, id: value })
      else bare.ids.push(value)
    } else if (parsed.kind === 'urn' || parsed.kind === 'absolute' || /^[a-z][a-z0-9+.-]*:/i.test(value)) {
      uris.push(value)
    } else throw badValue(parameter.code, 'an id, Type/id or a URL')
  }
  return { kind: 'reference', param: parameter.code, targets, bare, uris }
}

function bareTypes(targets: readonly string[]): readonly string[] {
  return targets.length > 0 ? targets.filter((type) => storableTypes.has(type)) : [...storableTypes]
}

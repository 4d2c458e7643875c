import type { Resource } from '../answers.ts'
import type { Systems } from '../systems.ts'
import type { Filter } from './value-set.ts'

const SNOMED = 'http://snomed.info/sct'
const LOINC = 'http://loinc.org'

/**
 * The value set that a canonical stands for without a resource (R4 4.3.0.2 implicit value sets): all codes of a system that
 * names it, `system?fhir_vs` and its kinds, LOINC's answer lists and parts. Undefined for none.
 */
export async function implicitSet(url: string, systems: Systems): Promise<Resource | undefined> {
  const at = url.indexOf('?fhir_vs')
  if (at > 0) return ofQuery(url, url.slice(0, at), url.slice(at + 8))
  if (url === `${LOINC}/vs`) return valueSet(url, LOINC, [])
  if (url.startsWith(`${LOINC}/vs/`)) return ofLoinc(url, url.slice(LOINC.length + 4))
  const system = await systems.ofAllCodes(url)
  return system === undefined ? undefined : valueSet(url, system, [])
}

function ofQuery(url: string, base: string, query: string): Resource | undefined {
  const { system, version } = systemOf(base)
  if (query === '') return valueSet(url, system, [], version)
  const [kind, ...rest] = query.slice(1).split('/')
  const code = decoded(rest.join('/'))
  if (!query.startsWith('=')) return undefined
  switch (kind) {
    case 'isa':
      return valueSet(url, system, [{ property: 'concept', op: 'is-a', value: code }], version)
    case 'refset':
      return rest.length === 0
        ? valueSet(url, system, [{ property: 'concept', op: 'is-a', value: '900000000000455006' }], version)
        : valueSet(url, system, [{ property: 'concept', op: 'in', value: code }], version)
    case 'billable':
      return valueSet(url, system, [{ property: 'billable', op: '=', value: 'true' }], version)
    default:
      return undefined
  }
}

/** `http://snomed.info/sct/MODULE/version/DATE` is a version of SNOMED CT. */
function systemOf(base: string): { system: string; version: string | undefined } {
  return base.startsWith(`${SNOMED}/`) ? { system: SNOMED, version: base } : { system: base, version: undefined }
}

function ofLoinc(url: string, code: string): Resource {
  // Answers (LA…) have the lists that they are in as values of the property LIST.
  const property = code.startsWith('LL') ? 'LIST' : 'ancestor'
  return valueSet(url, LOINC, [{ property, op: '=', value: code }])
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    // What is badly encoded is taken as it stands, and is no code.
    return text
  }
}

function valueSet(url: string, system: string, filter: readonly Filter[], version?: string): Resource {
  const include = { system, ...(version === undefined ? {} : { version }), ...(filter.length > 0 ? { filter } : {}) }
  return { resourceType: 'ValueSet', url, status: 'active', compose: { include: [include] } }
}

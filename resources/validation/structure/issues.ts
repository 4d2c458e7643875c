import type { ErrorObject } from 'ajv'
import { beginningOf } from '../../beginning.ts'
import type { Issue } from '../../fhir-error.ts'
import type { Fault } from './keywords.ts'

/** Turns one of ajv's errors into an issue that names the element as FHIRPath does. */
export function issueOf(typeName: string, error: ErrorObject): Issue {
  const { code, name, diagnostics } = describe(error)
  const path = typeName + fhirPath(error.instancePath)
  return { severity: 'error', code, diagnostics, expression: [name ? `${path}.${name}` : path] }
}

/** One of ajv's errors as a fault of the keyword `fhir`, described while the value and the schema are still its own. */
export function faultOf(error: ErrorObject, at: string): Fault {
  const { code, name, diagnostics } = describe(error)
  return {
    keyword: 'fhir',
    message: diagnostics,
    instancePath: at + error.instancePath,
    params: { code, name: name ?? '' },
  }
}

interface Description {
  code: string
  diagnostics: string
  /** The member below the place of the error that it is about. */
  name?: string
}

function describe(error: ErrorObject): Description {
  const params = error.params as Record<string, unknown>
  const schema = (error.parentSchema ?? {}) as Record<string, unknown>
  switch (error.keyword) {
    case 'fhir':
      return { code: String(params.code), name: String(params.name), diagnostics: error.message ?? '' }
    case 'additionalProperties': {
      const name = String(params.additionalProperty)
      return {
        code: 'structure',
        name: /^\w{1,64}$/.test(name) ? name : '',
        diagnostics: `Unknown element ${quoted(name)}.`,
      }
    }
    case 'type':
      return {
        code: 'structure',
        diagnostics: `Must be ${shapeName(params.type, schema)}, not ${jsonName(error.data)}.`,
      }
    case 'enum':
      return { code: 'code-invalid', diagnostics: `${quoted(error.data)} is not a code of ${schema.binding}.` }
    case 'const':
      return { code: 'structure', diagnostics: `resourceType must be ${String(params.allowedValue)}.` }
    case 'minItems':
    case 'minProperties':
    case 'minLength':
      return { code: 'structure', diagnostics: 'Must not be empty.' }
    case 'maxItems':
      return { code: 'structure', diagnostics: `May repeat ${String(params.limit)} times at most.` }
    default:
      return { code: 'value', diagnostics: `${quoted(error.data)} is not a valid ${schema.fhirType ?? 'value'}.` }
  }
}

function fhirPath(instancePath: string): string {
  // What is within `_birthDate` is within `birthDate`, as FHIRPath has it.
  return instancePath
    .replace(/\/_(?=\w+\/)/g, '/')
    .replace(/\/(\d+)/g, '[$1]')
    .replaceAll('/', '.')
}

function shapeName(type: unknown, schema: Record<string, unknown>): string {
  if (type === 'array') return 'a list'
  if (type === 'object') return 'an object'
  const name = String(schema.fhirType ?? type)
  return `${/^[aeiou]/.test(name) ? 'an' : 'a'} ${name}`
}

function jsonName(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

/** A value as it goes into an issue: at most 60 characters of it. */
function quoted(value: unknown): string {
  const text = typeof value === 'string' ? value : String(value)
  return `'${text.length > 60 ? `${beginningOf(text, 60)}…` : text}'`
}

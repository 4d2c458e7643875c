import { Ajv, type ErrorObject, type FuncKeywordDefinition, type ValidateFunction } from 'ajv'
import { resourceTypes } from '../../definitions/definitions.ts'
import type { Issue } from '../../fhir-error.ts'
import { FORMATS } from './formats.ts'
import { hasLooseInteger, integerIssues } from './integers.ts'
import { faultOf, issueOf } from './issues.ts'
import { checkObject } from './keywords.ts'
import { referredTypes, schemaId, typeSchema } from './schema.ts'

/** Most issues in one answer; a body that has more is no better understood with all of them. */
const MOST_ISSUES = 50

/** Up to this size all faults are told, above it the first: ajv's cost of collecting grows with their square. */
const ALL_FAULTS_UP_TO = 16 * 1024

/**
 * Checks a resource against the structure of its type: known elements, JSON types, cardinality, primitive formats,
 * required bindings of codes, choices, nothing empty. Returns the issues, none when it is right. `text` is its text;
 * of a part that has none of its own, it is left out.
 */
export function checkStructure(resource: Record<string, unknown>, text?: Buffer): Issue[] {
  const type = resource.resourceType
  if (typeof type !== 'string' || !resourceTypes.has(type)) {
    return [{ severity: 'error', code: 'structure', diagnostics: 'resourceType is missing or names no R4 type.' }]
  }
  const validate = firstFault.validator(type)
  firstFault.metInteger = false
  if (validate(resource))
    return text && firstFault.metInteger && hasLooseInteger(text) ? integerIssues(text, type, MOST_ISSUES) : []
  if (!text || text.length > ALL_FAULTS_UP_TO) return issuesOf(type, validate.errors)
  const every = everyFault.validator(type)
  every(resource)
  return issuesOf(type, every.errors)
}

function issuesOf(type: string, errors: ValidateFunction['errors']): Issue[] {
  // What has the wrong JSON type is also none of the codes it is bound to: one issue a place says it.
  const issues = new Map<string, Issue>()
  for (const error of errors ?? []) {
    if (error.keyword === 'if') continue
    const issue = issueOf(type, error)
    const place = issue.expression?.[0] ?? ''
    if (!issues.has(place)) issues.set(place, issue)
    if (issues.size === MOST_ISSUES) break
  }
  return [...issues.values()]
}

/** Compiles the schema of a resource type now, so that the first of them need not wait for it. */
export function prepareStructure(type: string): void {
  firstFault.validator(type)
}

/** Schemas compiled when their type is first seen. */
class Checker {
  private readonly ajv: Ajv
  private readonly known = new Set<string>()
  /** Set when a validation comes by an element of an integer type. */
  metInteger = false

  constructor(allErrors: boolean) {
    this.ajv = new Ajv({
      allErrors,
      strict: false,
      validateSchema: false,
      inlineRefs: false,
      code: { optimize: false },
      verbose: true,
    })
    for (const [name, check] of Object.entries(FORMATS)) this.ajv.addFormat(name, check)
    const meetInteger = () => {
      this.metInteger = true
      return true
    }
    this.ajv.addKeyword({ keyword: 'whole', type: 'number', validate: meetInteger })
    this.ajv.addKeyword({ keyword: 'fhir', type: 'object', errors: 'full', validate: fhirKeyword })
    this.ajv.addKeyword({ keyword: 'lazy', type: 'object', errors: 'full', validate: this.lazyKeyword() })
  }

  validator(typeName: string): ValidateFunction {
    this.addSchemas(typeName)
    return this.ajv.getSchema(schemaId(typeName))!
  }

  private addSchemas(typeName: string): void {
    if (this.known.has(typeName)) return
    this.known.add(typeName)
    this.ajv.addSchema(typeSchema(typeName))
    for (const referred of referredTypes(typeName)) this.addSchemas(referred)
  }

  /** Values of many possible types, by the schema of their type; resources by that of the type they name. */
  private lazyKeyword(): NonNullable<FuncKeywordDefinition['validate']> {
    const keyword: NonNullable<FuncKeywordDefinition['validate']> = (typeName, data, _parent, context) => {
      const at = context?.instancePath ?? ''
      const type = typeName === 'Resource' ? (data as { resourceType?: unknown }).resourceType : typeName
      if (typeof type !== 'string' || (typeName === 'Resource' && !resourceTypes.has(type))) {
        const message = 'resourceType is missing or names no R4 type.'
        keyword.errors = [{ keyword: 'fhir', message, instancePath: at, params: { code: 'structure', name: '' } }]
        return false
      }
      const validate = this.validator(type)
      if (validate(data)) return true
      const own = (validate.errors ?? []).filter((error) => error.keyword !== 'if')
      keyword.errors = own.map((error) => faultOf(error, at)) as Partial<ErrorObject>[]
      return false
    }
    return keyword
  }
}

const fhirKeyword: NonNullable<FuncKeywordDefinition['validate']> = (typeName, data, _parent, context) => {
  const faults = checkObject(typeName as string, data as Record<string, unknown>, context?.instancePath ?? '')
  if (faults.length === 0) return true
  fhirKeyword.errors = faults as Partial<ErrorObject>[]
  return false
}

const everyFault = new Checker(true)
const firstFault = new Checker(false)

import { createRequire } from 'node:module'
import type fhirpathLibrary from 'fhirpath'

type Library = typeof fhirpathLibrary

const require = createRequire(import.meta.url)
let library: Library | undefined
let model: unknown

/** Loaded when the first expression asks for it: it costs some 30 MB, and the common paths do without. */
function engine(): Library {
  library ??= require('fhirpath') as Library
  model ??= require('fhirpath/fhir-context/r4')
  return library
}

/**
 * Compiles a FHIRPath expression for R4 resources. The function gives the values it selects; the resource must not be
 * frozen. Throws when the expression is not FHIRPath.
 */
export function compileExpression(expression: string): (resource: unknown) => unknown[] {
  const options = {
    async: false as const,
    // The library's own trace() prints the resource, and so a patient's data, to the console.
    traceFn: () => undefined,
  }
  const compiled = engine().compile(expression, model as Parameters<Library['compile']>[1], options)
  return (resource) => compiled(resource as object, { resource, rootResource: resource }) as unknown[]
}

/**
 * Compiles an expression about a part of a resource, whose type (`Patient.contact`, `HumanName`) is given. The function takes the part
 * and the two resources that `%resource` and `%rootResource` stand for. Throws when the expression is not FHIRPath.
 */
export function compileAt(type: string, expression: string): (part: unknown, around: ResourcesAround) => unknown[] {
  const options = { async: false as const, traceFn: () => undefined }
  const path = { base: type, expression }
  const compiled = engine().compile(path, model as Parameters<Library['compile']>[1], options)
  return (part, around) => compiled(part as object, { ...around }) as unknown[]
}

/** What the variables of the environment of an expression about a part stand for. */
export interface ResourcesAround {
  resource: unknown
  rootResource: unknown
}

/** A node of the syntax tree of an expression. */
export interface SyntaxNode {
  type: string
  text?: string
  children?: SyntaxNode[]
}

/** The syntax tree of an expression, as the engine carries it out. Throws when it is not FHIRPath. */
export function syntaxOf(expression: string): SyntaxNode {
  return engine().parse(expression) as SyntaxNode
}

/** FHIR types of values that an expression gave (`FHIR.Quantity` -> `Quantity`). */
export function typesOf(values: unknown[]): string[] {
  return engine()
    .types(values)
    .map((name) => name.slice(name.indexOf('.') + 1))
}

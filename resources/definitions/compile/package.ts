import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type {
  CodeSystem,
  CompartmentDefinition,
  ConceptMap,
  SearchParameter,
  StructureDefinition,
  ValueSet,
} from '@medplum/fhirtypes'

type Definition = StructureDefinition | ConceptMap | ValueSet | CodeSystem | SearchParameter | CompartmentDefinition

/**
 * The folder of HL7's official R4 package as npm installed it (a development dependency),
 * or undefined where only run-time dependencies are installed.
 */
export function packageFolder(): string | undefined {
  try {
    const folder = dirname(createRequire(import.meta.url).resolve('hl7.fhir.r4.examples/package.json'))
    return existsSync(folder) ? folder : undefined
  } catch {
    return undefined
  }
}

/** Every definition of one resource type in the package, in the order of the file names. */
export function readDefinitions<Name extends Definition['resourceType']>(
  folder: string,
  resourceType: Name,
): Extract<Definition, { resourceType: Name }>[] {
  return readdirSync(folder)
    .filter((name) => name.startsWith(`${resourceType}-`) && name.endsWith('.json'))
    .sort()
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Extract<Definition, { resourceType: Name }>)
}

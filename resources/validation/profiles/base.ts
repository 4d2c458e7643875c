import type { ElementDefinition } from '@medplum/fhirtypes'
import type { Known, StructureDefinitionLike } from '../question.ts'
import { snapshotOf } from './element.ts'

const PREFIX = 'http://hl7.org/fhir/StructureDefinition/'

/** What the types themselves say of the elements of a profile: that is checked without the profile. */
export interface BaseElements {
  /** The element of a type that a profile's element stands for; undefined where it is not known. */
  of(element: ElementDefinition): ElementDefinition | undefined
}

const byPath = new WeakMap<StructureDefinitionLike, ReadonlyMap<string, ElementDefinition>>()

/** The base elements of a profile; undefined while the definition of a type is still to be found. */
export function baseElements(structure: StructureDefinitionLike, known: Known): BaseElements | undefined {
  const types = new Set(snapshotOf(structure).map((element) => typeOfPath(basePath(element))))
  const tables = new Map<string, ReadonlyMap<string, ElementDefinition>>()
  let waits = false
  for (const type of types) {
    const found = known.structure(PREFIX + type)
    if (found) tables.set(type, pathsOf(found))
    else if (found === undefined) waits = true
  }
  if (waits) return undefined
  return {
    of(element) {
      const path = basePath(element)
      return tables.get(typeOfPath(path))?.get(path)
    },
  }
}

function basePath(element: ElementDefinition): string {
  return element.base?.path ?? element.path
}

function typeOfPath(path: string): string {
  const dot = path.indexOf('.')
  return dot < 0 ? path : path.slice(0, dot)
}

function pathsOf(structure: StructureDefinitionLike): ReadonlyMap<string, ElementDefinition> {
  let paths = byPath.get(structure)
  if (!paths) {
    paths = new Map(snapshotOf(structure).map((element) => [element.path, element]))
    byPath.set(structure, paths)
  }
  return paths
}

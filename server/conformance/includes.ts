import { storableTypes } from '../../resources/definitions/definitions.ts'
import type { SearchParameterTable } from '../../resources/definitions/shapes.ts'
import { compileRoutes } from '../../resources/path/routes.ts'
import { APART } from '../../search/apart.ts'
import { targetsOf } from '../../search/include.ts'
import { type ParameterRegistry, parametersOf } from '../../search/parameters.ts'

/** What `_include` and `_revinclude` take in searches of a type. */
export interface Includes {
  searchInclude: string[]
  searchRevInclude: string[]
}

/** The includes of each type that lead to something. */
export function includesByType(registry: ParameterRegistry): Map<string, Includes> {
  const includes = new Map([...storableTypes].map((type) => [type, { searchInclude: ['*'], searchRevInclude: ['*'] }]))
  for (const source of storableTypes) {
    const parameters = parametersOf(source, registry)
    const own = includes.get(source)!.searchInclude
    for (const table of registry.tablesOf(source)) {
      const parameter = parameters.get(table.code)
      if (parameter?.type !== 'reference' || !holdsReferences(table, source)) continue
      own.push(`${source}:${table.code}`)
      if (APART.has(source)) continue
      for (const target of targetsOf(parameter)) includes.get(target)?.searchRevInclude.push(`${source}:${table.code}`)
    }
    if (own.length > 1) own.push(`${source}:*`)
  }
  return includes
}

/** A canonical names what it means by a url and leads to no place. */
function holdsReferences({ expression }: SearchParameterTable, type: string): boolean {
  return compileRoutes(expression, type)?.some((route) => !NAMES.has(route.type)) ?? true
}

const NAMES = new Set(['canonical', 'uri', 'url'])

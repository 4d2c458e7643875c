import { typeInside } from '../resources/contained.ts'
import type { Expression } from './expression.ts'
import type { Link, Search } from './searcher.ts'

/** A search parameter of a type; `code` may be that of an element's part (`component#code`). */
export interface AskedParameter {
  type: string
  code: string
}

/** The parameters whose index entries a search and its includes rest on, each once. */
export function parametersAsked(searches: readonly Search[], links: readonly Link[] = []): AskedParameter[] {
  const asked = new Map<string, AskedParameter>()
  const add = (name: string, param: string): void => {
    // Contained resources are indexed by the parameters of their type.
    const type = typeInside(name) ?? name
    // Entries that serve one modifier alone have it behind the code.
    const code = param.includes('#') ? param : param.split(':', 1)[0]!
    asked.set(`${type} ${code}`, { type, code })
  }
  for (const { type, where, sort = [] } of searches) {
    addAsked(type, where, add)
    for (const { by } of sort) if (typeof by === 'object') add(type, by.param)
  }
  for (const { source, param } of links) add(source, param)
  return [...asked.values()]
}

function addAsked(type: string, expression: Expression, add: (type: string, param: string) => void): void {
  switch (expression.kind) {
    case 'all':
    case 'none':
    case 'id':
    case 'lastUpdated':
      return
    case 'and':
    case 'or':
    case 'composite':
      for (const part of expression.parts) addAsked(type, part, add)
      return
    case 'not':
      addAsked(type, expression.part, add)
      return
    case 'chain':
      add(type, expression.param)
      for (const target of expression.targets) addAsked(target.type, target.where, add)
      return
    case 'has':
      add(expression.type, expression.param)
      addAsked(expression.type, expression.where, add)
      return
    case 'contains':
      addAsked(expression.type, expression.where, add)
      return
    // It is what the caller may see, and none of what is asked.
    case 'within':
      return
    default:
      add(type, expression.param)
  }
}

import type { SearchParameterTable, SearchType } from '../../resources/definitions/shapes.ts'
import { isOfficial } from '../parameters.ts'

/** A SearchParameter as far as searching looks at it; its structure was checked. */
export interface StoredParameter {
  url: string
  status: string
  code: string
  type: string
  base: string[]
  expression?: string
  target?: string[]
  component?: { definition: string; expression: string }[]
}

/** Whether a stored SearchParameter is one to index by. R4's own are, stored or not. */
export function isUsed({ status, url }: StoredParameter): boolean {
  return status === 'active' && !isOfficial(url)
}

/** What searching needs of a SearchParameter. */
export function tableOf(parameter: StoredParameter): SearchParameterTable {
  const { url, code, type, base, expression = '', target, component } = parameter
  return {
    url,
    code,
    type: type as SearchType,
    base,
    expression,
    ...(target ? { targets: target } : {}),
    ...(component
      ? { components: component.map((one) => ({ definition: one.definition, expression: one.expression })) }
      : {}),
  }
}

import type { IndexEntry } from '../../resources/store/port.ts'
import { type Criterion, unknownModifier } from '../criterion.ts'
import type { Expression } from '../expression.ts'
import type { SelectedValue } from '../parameters.ts'
import { unescaped } from '../values.ts'

/** Index entries of a uri parameter: to the letter (R4 search, uri). */
export function indexUri(param: string, { value }: SelectedValue): IndexEntry[] {
  return typeof value === 'string' ? [['uri', param, value]] : []
}

/** The whole uri, case and all. */
export function parseUriTest({ parameter, modifier, values }: Criterion): Expression {
  if (modifier !== undefined) throw unknownModifier(`${parameter.code}:${modifier}`)
  return { kind: 'uri', param: parameter.code, uris: values.map(unescaped) }
}

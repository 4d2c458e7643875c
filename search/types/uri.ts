import type { IndexEntry } from '../../resources/store/port.ts'
import { badValue, type Criterion, unknownModifier } from '../criterion.ts'
import type { Expression } from '../expression.ts'
import type { SelectedValue } from '../parameters.ts'
import { unescaped } from '../values.ts'

/** Index entries of a uri parameter: to the letter (R4 search, uri). */
export function indexUri(param: string, { value }: SelectedValue): IndexEntry[] {
  return typeof value === 'string' ? [['uri', param, value]] : []
}

/** What canonicals that lead to a resource may say: its `url`, and with it its version (R4 references, canonical). */
export function indexCanonical({ url, version }: { url?: unknown; version?: unknown }): IndexEntry[] {
  if (typeof url !== 'string') return []
  const param = 'url:canonical'
  return typeof version === 'string'
    ? [
        ['uri', param, url],
        ['uri', param, `${url}|${version}`],
      ]
    : [['uri', param, url]]
}

const URL_FORM = /^[a-z][a-z0-9+.-]*:\/\/./i

/** The whole uri, case and all; `:below` and `:above` go by the segments of a URL's path (R4 search, uri). */
export function parseUriTest({ parameter, modifier, values }: Criterion): Expression {
  const uris = values.map(unescaped)
  if (modifier === undefined) return { kind: 'uri', param: parameter.code, uris }
  if (modifier !== 'below' && modifier !== 'above') throw unknownModifier(`${parameter.code}:${modifier}`)
  if (!uris.every((uri) => URL_FORM.test(uri))) throw badValue(`${parameter.code}:${modifier}`, 'a URL')
  return { kind: 'uri', param: parameter.code, uris, mode: modifier }
}

/** What a uri lies below: all of its beginnings that end before a `/`, or with it. */
export function pathsAbove(uri: string): string[] {
  return [...uri.matchAll(/\//g)].flatMap(({ index }) => [uri.slice(0, index), uri.slice(0, index + 1)])
}

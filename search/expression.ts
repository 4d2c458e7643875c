/** One wanted token. Without `system` any will do; '' is none. Without `code` any of that system will do. */
export interface TokenTest {
  system: string | undefined
  code: string | undefined
}

export interface ReferenceTarget {
  type: string
  id: string
}

/** Ids without a type, any of `types` being meant. */
export interface BareIds {
  types: readonly string[]
  ids: string[]
}

/** Bounds in ms since 1970: from `start` on, before `end`; either may be open. */
export interface Bounds {
  start: number | undefined
  end: number | undefined
}

/**
 * What a search asks of the resources of one type, as plain data: it is compiled to SQL or to a MongoDB pipeline,
 * decided by `matches.ts`, and may cross to another thread. Where values are listed, any of them will do.
 */
export type Expression =
  | { kind: 'all' }
  | { kind: 'none' }
  | { kind: 'and' | 'or'; parts: Expression[] }
  | { kind: 'not'; part: Expression }
  | { kind: 'id'; ids: string[] }
  | { kind: 'lastUpdated'; ranges: Bounds[] }
  | { kind: 'token'; param: string; tests: TokenTest[] }
  | { kind: 'string'; param: string; mode: 'starts' | 'contains' | 'exact'; texts: string[] }
  | { kind: 'reference'; param: string; targets: ReferenceTarget[]; bare: BareIds; uris: string[] }
  | { kind: 'uri'; param: string; uris: string[] }
  | { kind: 'present'; param: string; type: 'token' | 'string' | 'reference' | 'uri' }

/** An Expression that index entries of one parameter decide. */
export type EntryExpression = Extract<Expression, { param: string }>

/** `and` of the parts, without nesting: what narrows most is looked for among them. */
export function allOf(parts: Expression[]): Expression {
  const flat = parts.flatMap((part) => (part.kind === 'and' ? part.parts : [part]))
  const needed = flat.filter((part) => part.kind !== 'all')
  if (needed.some((part) => part.kind === 'none')) return { kind: 'none' }
  if (needed.length === 0) return { kind: 'all' }
  return needed.length === 1 ? needed[0]! : { kind: 'and', parts: needed }
}

/** One wanted token. Without `system` any will do; '' is none. Without `code` any of that system will do. */
export interface TokenTest {
  system: string | undefined
  code: string | undefined
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
  | { kind: 'reference'; param: string; targets: { type: string; id: string }[]; uris: string[] }
  | { kind: 'uri'; param: string; uris: string[] }
  | { kind: 'present'; param: string; type: 'token' | 'string' | 'reference' | 'uri' }

/** `and` of the parts, without needless nesting. */
export function allOf(parts: Expression[]): Expression {
  const needed = parts.filter((part) => part.kind !== 'all')
  if (needed.some((part) => part.kind === 'none')) return { kind: 'none' }
  if (needed.length === 0) return { kind: 'all' }
  return needed.length === 1 ? needed[0]! : { kind: 'and', parts: needed }
}

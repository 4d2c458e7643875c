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

/** A comparison of one end of an index entry's range. */
export type Comparison = readonly [end: 'low' | 'high', is: '<' | '<=' | '>' | '>=', than: number]

/**
 * A test of one range: all of `all` hold, and one of `any` where there are some. `unit` is that of quantities, '' for
 * moments and numbers and for a quantity of any unit.
 */
export interface RangeTest {
  unit: string
  all: readonly Comparison[]
  any?: readonly Comparison[]
}

/**
 * A place in degrees, and how far from it: latitudes that nothing beyond is near of, and the greatest haversine (half the
 * chord on a unit sphere, squared).
 */
export interface NearTest {
  latitude: number
  longitude: number
  south: number
  north: number
  haversine: number
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
  | EntryExpression
  /** One element meets all parts (R4 search, composite): their entries have the same group. */
  | { kind: 'composite'; parts: EntryExpression[] }
  /**
   * The reference leads to a resource of one of these types that meets what is asked of its type; with `canonical` not the
   * references of the parameter are followed but its canonicals.
   */
  | { kind: 'chain'; param: string; canonical?: true; targets: { type: string; where: Expression }[] }
  /** A resource of `type` that meets `where` refers to this one by its parameter `param`. */
  | { kind: 'has'; type: string; param: string; canonical?: true; where: Expression }
  /** It contains a resource of `type` that meets `where`, which is asked of that as `contained.ts` says. */
  | { kind: 'contains'; type: string; where: Expression }
  /** Of a contained resource: its container meets what is asked of the container's type; of those not named, `others`. */
  | { kind: 'within'; byType: Readonly<Record<string, Expression>>; others: Expression }

/** An Expression that index entries of one parameter decide. */
export type EntryExpression =
  | { kind: 'token'; param: string; tests: TokenTest[] }
  | { kind: 'string'; param: string; mode: StringMode; texts: string[] }
  | { kind: 'reference'; param: string; targets: ReferenceTarget[]; bare: BareIds; uris: string[] }
  /** `below`: the uris themselves and what they contain, `above`: what contains them (R4 search, uri). */
  | { kind: 'uri'; param: string; uris: string[]; mode?: 'below' | 'above' }
  | { kind: 'range'; param: string; tests: RangeTest[] }
  /** All words of one of the lists occur. */
  | { kind: 'words'; param: '_text' | '_content'; any: string[][] }
  | { kind: 'near'; param: string; tests: NearTest[] }
  | { kind: 'present'; param: string; table: EntryTable }

/**
 * How a text is compared: as it is written (`exact`), or folded. `whole` is the same text, `before` and `after` stand
 * before and behind the one given in the order of Unicode's code points.
 */
export type StringMode = 'starts' | 'contains' | 'exact' | 'whole' | 'ends' | 'before' | 'after'

/** Where the store keeps the entries of a parameter: values of a dictionary, texts, or ranges. */
export type EntryTable = 'entry' | 'string' | 'range'

/** `and` of the parts, without nesting: what narrows most is looked for among them. */
export function allOf(parts: Expression[]): Expression {
  const flat = parts.flatMap((part) => (part.kind === 'and' ? part.parts : [part]))
  const needed = flat.filter((part) => part.kind !== 'all')
  if (needed.some((part) => part.kind === 'none')) return { kind: 'none' }
  if (needed.length === 0) return { kind: 'all' }
  return needed.length === 1 ? needed[0]! : { kind: 'and', parts: needed }
}

/** Whether only a live resource of the type can meet an Expression: entries are there of no others. */
export function isOfEntries(expression: Expression): boolean {
  switch (expression.kind) {
    case 'and':
      return expression.parts.some(isOfEntries)
    case 'or':
      return expression.parts.length > 0 && expression.parts.every(isOfEntries)
    // What is referred to need not be there.
    case 'has':
      return false
    case 'composite':
      return true
    default:
      return 'param' in expression
  }
}

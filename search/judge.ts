import type { ContainedResource } from '../resources/store/port.ts'
import { allOf, type Expression } from './expression.ts'
import { type Facts, matches } from './matches.ts'
import { type ResourceName, type Restriction, restrictionOf, type Search, type Searcher } from './searcher.ts'

/** What is judged: content of a resource, which need not be what is stored of it now. */
export interface Content extends Facts {
  type: string
  contained?: readonly ContainedResource[] | undefined
}

/** What a judgement may ask beside the contents themselves. */
export interface Grounds {
  searcher: Searcher
  /** What of other resources counts: all, where it is not given, for what narrows is not narrowed itself. */
  seen?: Restriction
  /** Content that is about to be written along with what is judged: it counts in place of what is stored. */
  own?(name: ResourceName): Content | undefined
  /** Is told of each search that the judgement rests on, with what it found: a commit can insist on the same. */
  told?(search: Search, ids: string[]): void
}

/** Ids in one search. */
const AT_ONCE = 500

const EVERYTHING: Restriction = { byType: {}, others: { kind: 'all' } }

/**
 * Which contents a restriction allows, one answer each. What it asks of other resources is asked of the searcher, for all
 * contents at once. That others refer to a resource (`_has`) is asked of what is stored under its id now.
 */
export async function allowed(
  contents: readonly Content[],
  restriction: Restriction,
  grounds: Grounds,
): Promise<boolean[]> {
  const yes = new Set<Content>()
  for (const type of new Set(contents.map((content) => content.type))) {
    const own = contents.filter((content) => content.type === type)
    for (const content of await met(restrictionOf(restriction, type), own, grounds)) yes.add(content)
  }
  return contents.map((content) => yes.has(content))
}

/** Those of some contents of one type that meet an Expression. */
async function met(expression: Expression, contents: readonly Content[], grounds: Grounds): Promise<Content[]> {
  if (contents.length === 0) return []
  switch (expression.kind) {
    case 'and':
      return inTurn(expression.parts, contents, grounds)
    case 'or':
      return any(expression.parts, contents, grounds)
    case 'not': {
      const others = new Set(await met(expression.part, contents, grounds))
      return contents.filter((content) => !others.has(content))
    }
    case 'chain':
      return chained(expression, contents, grounds)
    case 'has':
      return referredTo(expression, contents, grounds)
    case 'contains':
      return containing(expression, contents, grounds)
    // It is asked of contained resources; who may see their container may see them.
    case 'within':
      return []
    default:
      return contents.filter((content) => matches(expression, content))
  }
}

/** What no search is needed for comes first: less is left to ask the searcher about. */
function nearFirst(parts: readonly Expression[]): Expression[] {
  return [...parts.filter((part) => !isFar(part)), ...parts.filter(isFar)]
}

/** Whether an Expression asks anything of other resources. */
export function isFar(expression: Expression): boolean {
  if (expression.kind === 'not') return isFar(expression.part)
  if (expression.kind === 'and' || expression.kind === 'or') return expression.parts.some(isFar)
  return expression.kind === 'chain' || expression.kind === 'has' || expression.kind === 'contains'
}

async function inTurn(parts: readonly Expression[], contents: readonly Content[], grounds: Grounds) {
  let left = [...contents]
  for (const part of nearFirst(parts)) left = await met(part, left, grounds)
  return left
}

/** An empty "or" is nothing, never everything. */
async function any(parts: readonly Expression[], contents: readonly Content[], grounds: Grounds) {
  const yes = new Set<Content>()
  for (const part of nearFirst(parts)) {
    const open = contents.filter((content) => !yes.has(content))
    for (const content of await met(part, open, grounds)) yes.add(content)
  }
  return contents.filter((content) => yes.has(content))
}

async function chained(
  { param, canonical, targets }: Extract<Expression, { kind: 'chain' }>,
  contents: readonly Content[],
  grounds: Grounds,
): Promise<Content[]> {
  const yes = new Set<Content>()
  for (const { type, where } of targets) {
    const ends = new Map(
      contents.map((content) => [
        content,
        canonical ? urisOf(content, `${param}:canonical`) : idsOf(content, param, type),
      ]),
    )
    const wanted = new Set([...ends.values()].flat())
    const good = canonical ? await meant(type, wanted, where, grounds) : await named(type, wanted, where, grounds)
    for (const [content, own] of ends) if (own.some((end) => good.has(end))) yes.add(content)
  }
  return contents.filter((content) => yes.has(content))
}

function idsOf({ entries }: Content, param: string, type: string): string[] {
  return entries.flatMap((entry) =>
    entry[0] === 'reference' && entry[1] === param && entry[2] === type ? [entry[3]] : [],
  )
}

function urisOf({ entries }: Content, param: string): string[] {
  return entries.flatMap((entry) => (entry[0] === 'uri' && entry[1] === param ? [entry[2]] : []))
}

/** Those of some ids whose resources are there and meet an Expression. */
async function named(type: string, ids: ReadonlySet<string>, where: Expression, grounds: Grounds) {
  const good = new Set<string>()
  const own = [...ids].flatMap((id) => grounds.own?.({ type, id }) ?? [])
  for (const { id } of await met(where, own, grounds)) good.add(id)
  const isOwn = new Set(own.map(({ id }) => id))
  const stored = [...ids].filter((id) => !isOwn.has(id))
  for (let at = 0; at < stored.length; at += AT_ONCE) {
    const some = stored.slice(at, at + AT_ONCE)
    for (const id of await found(type, [{ kind: 'id', ids: some }, where], some.length, grounds)) good.add(id)
  }
  return good
}

/** Those of some canonicals that mean a resource which meets an Expression. */
async function meant(type: string, uris: ReadonlySet<string>, where: Expression, grounds: Grounds) {
  const good = new Set<string>()
  for (const uri of uris) {
    const isMeant: Expression = { kind: 'uri', param: 'url:canonical', uris: [uri] }
    if ((await found(type, [isMeant, where], 1, grounds)).length > 0) good.add(uri)
  }
  return good
}

async function referredTo(has: Expression, contents: readonly Content[], grounds: Grounds): Promise<Content[]> {
  const good = new Set<string>()
  const type = contents[0]!.type
  for (let at = 0; at < contents.length; at += AT_ONCE) {
    const ids = [...new Set(contents.slice(at, at + AT_ONCE).map(({ id }) => id))]
    for (const id of await found(type, [{ kind: 'id', ids }, has], ids.length, grounds)) good.add(id)
  }
  return contents.filter(({ id }) => good.has(id))
}

async function containing(
  { type, where }: Extract<Expression, { kind: 'contains' }>,
  contents: readonly Content[],
  grounds: Grounds,
): Promise<Content[]> {
  const inside = contents.flatMap((content) =>
    (content.contained ?? [])
      .filter((one) => one.type === type)
      .map((one) => ({ type, id: one.id, lastUpdated: content.lastUpdated, entries: one.entries, outer: content })),
  )
  const good = new Set(await met(where, inside, grounds))
  return contents.filter((content) => inside.some((one) => one.outer === content && good.has(one)))
}

async function found(type: string, parts: Expression[], most: number, grounds: Grounds): Promise<string[]> {
  const { searcher, told, seen = EVERYTHING } = grounds
  const search: Search = { type, where: allOf(parts), restriction: seen }
  const ids = await searcher.ids(search, most)
  told?.(search, ids)
  return ids
}

import type { Expression } from '../../../search/expression.ts'
import type { ResourceName, Restriction, Searcher } from '../../../search/searcher.ts'

/** Resources of a page, and values that one search asks for at the most. */
const PAGE = 500
export const ASKED = 200

/** The record as a screen looks at it: with whatever rights it is given. */
export class Chart {
  private readonly searcher: Searcher
  private readonly restriction: Restriction

  constructor(searcher: Searcher, restriction: Restriction) {
    this.searcher = searcher
    this.restriction = restriction
  }

  /** All resources of a type that meet something, parsed, a page in memory at a time. */
  async *all<T>(type: string, where: Expression): AsyncGenerator<T> {
    let from: string | undefined
    for (;;) {
      const { found, more } = await this.searcher.find({ type, where, restriction: this.restriction }, PAGE, from)
      for (const { text } of await this.searcher.versions(found)) yield JSON.parse(text.toString()) as T
      from = found.at(-1)?.position
      if (!more || from === undefined) return
    }
  }

  count(type: string, where: Expression): Promise<number> {
    return this.searcher.count({ type, where, restriction: this.restriction })
  }
}

/** That a parameter refers to one of these. */
export function refersTo(param: string, targets: readonly ResourceName[]): Expression {
  return { kind: 'reference', param, targets: [...targets], bare: { types: [], ids: [] }, uris: [] }
}

/** The list in parts that one search can ask for. */
export function parts<T>(list: readonly T[]): T[][] {
  const count = Math.ceil(list.length / ASKED)
  return Array.from({ length: count }, (_, at) => list.slice(at * ASKED, (at + 1) * ASKED))
}

import { type Concept, holdsOn } from '../../terminology/concept.ts'
import { Ordinals } from './ordinals.ts'
import type { IndexReader } from './reader.ts'

/** The hierarchy of an index: what is above and below a code. Codes are as the edition compares them or not. */
export class Below {
  private readonly reader: IndexReader

  constructor(reader: IndexReader) {
    this.reader = reader
  }

  /** Records of a code and of all below it on a day; of all days without one, and where the hierarchy is always the same. */
  tree(code: string, day: string | undefined): Promise<Ordinals> {
    const { reader } = this
    const key = reader.codeKey(code)
    if (reader.head.shifting && day !== undefined)
      return reader.keep(`below ${day} ${key}`, () => this.followed(key, day))
    return reader.keep(`below ${key}`, () => this.branch(key))
  }

  /** The record of a code that holds on a day. */
  async record(code: string, day: string): Promise<Concept | undefined> {
    const node = await this.reader.node(code)
    const records = node ? await this.reader.records(node.records) : []
    return records.find((record) => holdsOn(record, day))
  }

  /** Codes above a code on a day (at any time without one), as the edition compares them, the nearest first. */
  async above(code: string, day: string | undefined): Promise<string[]> {
    const { reader } = this
    const found = new Set<string>()
    let level = [reader.codeKey(code)]
    while (level.length > 0) {
      const nodes = await reader.nodes(level)
      const records = await reader.records(nodes.flatMap((node) => node?.records ?? []))
      const next = records
        .filter((one) => day === undefined || holdsOn(one, day))
        .flatMap(({ parents = [] }) => parents)
      level = [...new Set(next.map((parent) => reader.codeKey(parent)))].filter((parent) => !found.has(parent))
      for (const parent of level) found.add(parent)
    }
    return [...found]
  }

  /** Whether a code is below another one on a day. */
  async isBelow(code: string, ancestor: string, day: string): Promise<boolean> {
    const { reader } = this
    const [node, above] = await reader.nodes([code, ancestor])
    if (!node || !above || reader.codeKey(code) === reader.codeKey(ancestor)) return false
    const { place } = node
    const { end, more } = above
    const inBranch = place >= above.place && place < end
    if (!inBranch && !more.some((first, at) => at % 2 === 0 && place >= first && place < more[at + 1]!)) return false
    if (!reader.head.dated) return true
    if (reader.head.shifting) return (await this.above(code, day)).includes(reader.codeKey(ancestor))
    return (await this.record(code, day)) !== undefined
  }

  private async branch(code: string): Promise<Ordinals> {
    const set = new Ordinals(this.reader.size)
    const node = await this.reader.node(code)
    if (!node) return set
    const { place, end, more } = node
    await this.reader.addPlaces(set, place, end)
    for (let at = 0; at < more.length; at += 2) await this.reader.addPlaces(set, more[at]!, more[at + 1]!)
    return set
  }

  /** Level by level, by the records that hold on the day. Of the code itself none need hold. */
  private async followed(code: string, day: string): Promise<Ordinals> {
    const { reader } = this
    const set = new Ordinals(reader.size)
    const seen = new Set([code])
    for (let level = [code]; level.length > 0; ) {
      const nodes = (await reader.nodes(level)).filter((node) => node !== undefined)
      for (const ordinal of await this.holding(
        nodes.flatMap(({ records }) => records),
        day,
      ))
        set.add(ordinal.at)
      const children = await this.holding(
        nodes.flatMap((node) => node.children),
        day,
      )
      level = [...new Set(children.map(({ record }) => reader.codeKey(record.code)))].filter(
        (child) => !seen.has(child),
      )
      for (const child of level) seen.add(child)
    }
    return set
  }

  private async holding(ordinals: readonly number[], day: string): Promise<{ at: number; record: Concept }[]> {
    const records = await this.reader.records(ordinals)
    return records.map((record, at) => ({ at: ordinals[at]!, record })).filter(({ record }) => holdsOn(record, day))
  }
}

import type { Concept } from '../../terminology/concept.ts'
import { covered, overlap, type Stretch } from './days.ts'

/** Codes with their records and parents, as numbers, while an index is made. A code has a number once it is named. */
export class CodeLinks {
  readonly codes: string[] = []
  /** By number: ordinals of the code's records, in the order in which they came. */
  readonly records: number[][] = []
  /** By ordinal: numbers of the parents that the record names. */
  private readonly parents: (readonly number[])[] = []
  private readonly stretches: Stretch[] = []
  private readonly numbers = new Map<string, number>()
  private readonly same = new Map<string, Stretch>()
  private readonly keyOf: (code: string) => string

  constructor(keyOf: (code: string) => string) {
    this.keyOf = keyOf
  }

  get size(): number {
    return this.parents.length
  }

  /** Takes in the record with the next ordinal. */
  add({ code, parents, from, to }: Concept): void {
    this.records[this.numberOf(code)]!.push(this.parents.length)
    this.parents.push(parents ? [...new Set(parents.map((parent) => this.numberOf(parent)))] : NONE)
    this.stretches.push(this.stretchOf(from, to))
  }

  /** Puts the records of each code in order of days. Gives a code of which two records hold on the same day. */
  sort(): string | undefined {
    const from = (ordinal: number) => this.stretches[ordinal]!.from ?? ''
    for (const [number, records] of this.records.entries()) {
      if (records.length < 2) continue
      records.sort((one, other) => (from(one) < from(other) ? -1 : 1))
      if (overlap(this.stretchesOf(number))) return this.codes[number]!
    }
    return undefined
  }

  /** By number: numbers of all parents that a record of the code names. */
  parentsOf(): (readonly number[])[] {
    return this.records.map((records) => {
      const [first, ...others] = records
      if (first === undefined) return NONE
      if (others.length === 0) return this.parents[first]!
      return [...new Set(records.flatMap((ordinal) => this.parents[ordinal]!))]
    })
  }

  /** By number: ordinals of records that name the code as a parent. */
  children(): number[][] {
    const children: number[][] = this.codes.map(() => [])
    for (const [ordinal, parents] of this.parents.entries())
      for (const parent of parents) children[parent]!.push(ordinal)
    return children
  }

  /**
   * Whether the hierarchy is another one on other days: records of a code name other parents, or a parent has no record on a day on
   * which its child has one.
   */
  shifting(): boolean {
    return this.records.some((records) => {
      const first = this.parents[records[0] ?? -1]
      return records.some((ordinal) => {
        const parents = this.parents[ordinal]!
        const others =
          parents !== first && (parents.length !== first!.length || parents.some((one) => !first!.includes(one)))
        return others || parents.some((parent) => this.leaves(ordinal, parent))
      })
    })
  }

  private leaves(ordinal: number, parent: number): boolean {
    const stretches = this.stretchesOf(parent)
    return stretches.length > 0 && !covered(this.stretches[ordinal]!, stretches)
  }

  private stretchesOf(number: number): Stretch[] {
    return this.records[number]!.map((ordinal) => this.stretches[ordinal]!)
  }

  /** The same object for the same days: there are few of them. */
  private stretchOf(from: string | undefined, to: string | undefined): Stretch {
    const name = `${from ?? ''}~${to ?? ''}`
    let stretch = this.same.get(name)
    if (!stretch) {
      stretch = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }
      this.same.set(name, stretch)
    }
    return stretch
  }

  private numberOf(code: string): number {
    const key = this.keyOf(code)
    let number = this.numbers.get(key)
    if (number === undefined) {
      number = this.codes.push(key) - 1
      this.records.push([])
      this.numbers.set(key, number)
    }
    return number
  }
}

const NONE: readonly number[] = []

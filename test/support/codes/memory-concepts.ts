import type { ConceptStore, Draft } from '../../../resources/store/concepts.ts'
import type { Concept } from '../../../resources/terminology/concept.ts'
import { holdsOn } from '../../../resources/terminology/concept.ts'
import type { ConceptSource, Edition } from '../../../resources/terminology/concept-source.ts'

/** A store of concepts for tests of what fills it; it finds, and does not search. */
export class MemoryConcepts implements ConceptStore {
  readonly held: { edition: Edition; records: Concept[] }[] = []
  /** Drafts that were neither published nor discarded. */
  drafts = 0

  async editions(): Promise<Edition[]> {
    return this.held.map(({ edition }) => edition)
  }

  async open(system: string, version?: string): Promise<ConceptSource | undefined> {
    const found = this.held.findLast(
      ({ edition }) =>
        edition.system === system &&
        (version === undefined ||
          edition.version === version ||
          edition.periods?.some((period) => period.version === version)),
    )
    return found && sourceOf(found.edition, found.records)
  }

  async of({ system, version }: Pick<Edition, 'system' | 'version'>): Promise<ConceptSource | undefined> {
    const found = this.held.find(({ edition }) => edition.system === system && edition.version === version)
    return found && sourceOf(found.edition, found.records)
  }

  async draft(edition: Edition): Promise<Draft> {
    const records: Concept[] = []
    this.drafts++
    return {
      add: async (concepts) => void records.push(...(JSON.parse(JSON.stringify(concepts)) as Concept[])),
      publish: async (demand) => {
        await demand?.()
        this.drafts--
        const isDated = edition.periods !== undefined
        const at = this.held.findIndex(
          (one) => one.edition.system === edition.system && (isDated || one.edition.version === edition.version),
        )
        if (at >= 0) this.held.splice(at, 1)
        this.held.push({ edition, records })
      },
      discard: async () => void this.drafts--,
    }
  }

  async remove(system: string, version: string | undefined): Promise<boolean> {
    const at = this.held.findIndex(({ edition }) => edition.system === system && edition.version === version)
    return at >= 0 && this.held.splice(at, 1).length > 0
  }

  async stamp(): Promise<string> {
    return JSON.stringify(this.held.map(({ edition }) => [edition.system, edition.version]))
  }

  async close(): Promise<void> {}

  /** All records of a code. */
  records(system: string, code: string): Concept[] {
    return this.held.find(({ edition }) => edition.system === system)?.records.filter((one) => one.code === code) ?? []
  }

  /** The records that hold on a day. */
  on(system: string, day: string): Concept[] {
    return this.held.find(({ edition }) => edition.system === system)?.records.filter((one) => holdsOn(one, day)) ?? []
  }
}

function sourceOf(edition: Edition, records: readonly Concept[]): ConceptSource {
  const refuse = () => Promise.reject(new Error('this store for tests does not search'))
  return {
    edition,
    key: JSON.stringify(edition),
    find: async (code, day) => records.find((one) => one.code === code && holdsOn(one, day)),
    records: async (code) => records.filter((one) => one.code === code),
    children: async (code, day) => records.filter((one) => one.parents?.includes(code) && holdsOn(one, day)),
    isBelow: refuse,
    search: refuse,
    async *all() {
      yield* records
    },
  }
}

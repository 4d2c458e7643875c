import type { HeldDefinition, PackageStore } from '../store/packages.ts'
import { Recent } from '../terminology/recent.ts'
import type { Canonical, Canonicals, Listed } from './canonicals.ts'
import { chosenVersion } from './versions.ts'

/** Bytes of text of definitions that stay parsed, and what an answer weighs that there is none. */
const KEPT = 24 * 1024 * 1024
const NOTHING = 200

/** Definitions of the packages that were loaded, as long as these are the same kept by what they were asked by. */
export class PackagedCanonicals implements Canonicals {
  private readonly store: PackageStore
  private readonly found = new Recent<Canonical | 'none'>(KEPT)
  private readonly lists = new Map<string, readonly Listed[]>()
  private foundAt = ''

  constructor(store: PackageStore) {
    this.store = store
  }

  async find(type: string, url: string, version?: string): Promise<Canonical | undefined> {
    const stamp = await this.stamp()
    const asked = JSON.stringify([type, url, version])
    const known = this.found.get(asked)
    if (known) return known === 'none' ? undefined : known
    const held = chosenVersion(await this.store.find(type, url), version)
    const canonical = held && this.parsed(held)
    // Those who waited while the packages changed have an answer of before.
    if (this.foundAt === stamp) this.found.set(asked, canonical ?? 'none', NOTHING + (held?.text.length ?? 0))
    return canonical
  }

  async list(type: string): Promise<readonly Listed[]> {
    const stamp = await this.stamp()
    const known = this.lists.get(type)
    if (known) return known
    // Of those of one url and version the last counts, as `find` has it.
    const listed = new Map<string, Listed>()
    for (const { url, version, key } of await this.store.list(type)) {
      listed.set(`${url}|${version ?? ''}`, { url, version, key: keyOf(key) })
    }
    const all = [...listed.values()]
    if (this.foundAt === stamp) this.lists.set(type, all)
    return all
  }

  async stamp(): Promise<string> {
    const stamp = await this.store.stamp()
    if (stamp !== this.foundAt) {
      this.foundAt = stamp
      this.found.clear()
      this.lists.clear()
    }
    return stamp
  }

  /** One that was found by another version is the same. */
  private parsed({ text, url, version, key }: HeldDefinition): Canonical {
    const resource = JSON.parse(text.toString()) as Canonical['resource']
    return { resource, url, version, source: 'package', key: keyOf(key) }
  }
}

function keyOf(key: string): string {
  return `package ${key}`
}

import type { Access, Permission } from '../auth/access.ts'
import type { StoredVersion } from '../resources/store/port.ts'
import { allowed } from '../search/judge.ts'
import { type LiveVersion, type ResourceName, restrictionOf } from '../search/searcher.ts'
import type { Services } from './call.ts'
import { contentOf } from './content.ts'
import { areLinked, binaryIsLinked } from './linked-binaries.ts'
import { lastBefore, visible } from './visible.ts'

/**
 * Which versions a caller may see: those whose own content a permission holds for, of resources that it holds for as they
 * are now. A deletion counts with the content before it.
 */
export class Sight {
  private readonly access: Access
  private readonly services: Services
  private readonly permission: Permission
  private readonly now = new Map<string, boolean>()

  constructor(access: Access, services: Services, permission: Permission) {
    this.access = access
    this.services = services
    this.permission = permission
  }

  /** Whether the permission holds for all that a history may have. */
  isWhole(type?: string): boolean {
    const restriction = this.access.may[this.permission]
    if (type !== undefined) return restrictionOf(restriction, type).kind === 'all'
    return [restriction.others, ...Object.values(restriction.byType)].every(({ kind }) => kind === 'all')
  }

  /** Those of some versions that the caller may see, in their order. */
  async of<V extends StoredVersion>(versions: readonly V[]): Promise<V[]> {
    const seen = new Set(versions.filter(({ type }) => this.isWhole(type)))
    const open = versions.filter((version) => !seen.has(version) && this.mayBe(version.type))
    await this.lookUp(open)
    const shown = open.filter((version) => this.now.get(nameOf(version)))
    const contents = new Map<V, LiveVersion>()
    for (const version of shown) {
      const content = version.text ? (version as LiveVersion) : (await lastBefore(version, this.services))?.content
      if (content) contents.set(version, content)
    }
    for (const version of await this.judge(contents)) seen.add(version)
    return versions.filter((version) => seen.has(version))
  }

  private mayBe(type: string): boolean {
    return restrictionOf(this.access.may[this.permission], type).kind !== 'none' || this.isLinked(type)
  }

  private isLinked(type: string): boolean {
    return type === 'Binary' && this.permission === 'r' && areLinked(this.access)
  }

  /** What stands now, of all that are not known yet. */
  private async lookUp(versions: readonly ResourceName[]): Promise<void> {
    const { searcher } = this.services
    const restriction = this.access.may[this.permission]
    const fresh = new Map(versions.filter((one) => !this.now.has(nameOf(one))).map((one) => [nameOf(one), one]))
    for (const type of new Set([...fresh.values()].map((one) => one.type))) {
      if (this.isLinked(type)) continue
      const ids = [...fresh.values()].filter((one) => one.type === type).map(({ id }) => id)
      const search = { type, where: { kind: 'id', ids }, restriction } as const
      for (const id of await searcher.ids(search, ids.length)) this.now.set(`${type}/${id}`, true)
    }
    const rest = [...fresh].filter(([name]) => !this.now.has(name))
    const isSeen = await Promise.all(rest.map(([, one]) => this.isSeenGone(one)))
    for (const [at, [name]] of rest.entries()) this.now.set(name, isSeen[at]!)
  }

  /** Whether what no search finds was deleted, and could be seen before. */
  private async isSeenGone({ type, id }: ResourceName): Promise<boolean> {
    const { access, services, permission } = this
    if (this.isLinked(type)) return (await visible(type, id, access, services)) !== undefined
    const last = await lastBefore(await services.store.read(type, id), services)
    if (!last) return false
    const [isAllowed] = await allowed([contentOf(last.content, services)], access.may[permission], services)
    return isAllowed === true
  }

  private async judge<V extends StoredVersion>(contents: ReadonlyMap<V, LiveVersion>): Promise<V[]> {
    const { access, services, permission } = this
    const linked: V[] = []
    for (const [version, content] of contents) {
      if (this.isLinked(version.type) && (await binaryIsLinked(content, access, services, (one) => this.reads(one))))
        linked.push(version)
    }
    const others = [...contents].filter(([{ type }]) => !this.isLinked(type))
    const judged = others.map(([, content]) => contentOf(content, services))
    const isAllowed = await allowed(judged, access.may[permission], { searcher: services.searcher })
    return [...linked, ...others.filter((_, at) => isAllowed[at]).map(([version]) => version)]
  }

  private async reads({ type, id }: ResourceName): Promise<boolean> {
    return (await visible(type, id, this.access, this.services))?.text !== undefined
  }
}

function nameOf({ type, id }: ResourceName): string {
  return `${type}/${id}`
}

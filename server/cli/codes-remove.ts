import type { PackageInfo } from '../../resources/store/packages.ts'
import type { Edition } from '../../resources/terminology/concept-source.ts'
import { PACKAGE } from '../../resources/terminology/loaders/publish.ts'
import type { Knowledge } from '../knowledge.ts'

/**
 * Removes a kind with all that was loaded of it, or an edition of a code system (`SYSTEM|VERSION`, without the version where there is
 * one alone); definitions go along when nothing is left of what they describe. Answers what is gone.
 *
 * @throws Error with words for the user, when there is no such thing
 */
export async function removeCodes(what: string, knowledge: Knowledge): Promise<string[]> {
  const kinds = await kindsHeld(knowledge)
  const kind = kinds.find(({ name }) => name === `${PACKAGE}${what}`)
  if (kind) return removeKind(kind, knowledge)
  const bar = what.indexOf('|')
  const system = bar < 0 ? what : what.slice(0, bar)
  const version = bar < 0 ? undefined : what.slice(bar + 1)
  const edition = editionAsked(await knowledge.concepts.editions(), system, version)
  await knowledge.concepts.remove(edition.system, edition.version)
  const gone = [nameOf(edition)]
  for (const one of kinds) {
    const systems = await systemsOf(one, knowledge)
    if (!systems.includes(system)) continue
    const left = (await knowledge.concepts.editions()).some((held) => systems.includes(held.system))
    if (!left && (await knowledge.packages.remove(one.name, one.version))) gone.push(one.name)
  }
  return gone
}

async function kindsHeld({ packages }: Knowledge): Promise<PackageInfo[]> {
  return (await packages.packages()).filter(({ name }) => name.startsWith(PACKAGE))
}

async function removeKind(kind: PackageInfo, knowledge: Knowledge): Promise<string[]> {
  const systems = await systemsOf(kind, knowledge)
  const gone: string[] = []
  for (const edition of await knowledge.concepts.editions()) {
    if (!systems.includes(edition.system)) continue
    await knowledge.concepts.remove(edition.system, edition.version)
    gone.push(nameOf(edition))
  }
  await knowledge.packages.remove(kind.name, kind.version)
  return [...gone, kind.name]
}

/** The code systems that a package describes. */
async function systemsOf({ name, version }: PackageInfo, { packages }: Knowledge): Promise<string[]> {
  const heads = await packages.list('CodeSystem')
  return heads.filter((one) => one.package === name && one.packageVersion === version).map(({ url }) => url)
}

function editionAsked(editions: readonly Edition[], system: string, version: string | undefined): Edition {
  const own = editions.filter((edition) => edition.system === system)
  const found = version === undefined && own.length === 1 ? own[0] : own.find((edition) => edition.version === version)
  if (found) return found
  if (own.some(({ periods }) => periods?.some((period) => period.version === version))) {
    throw new Error(
      `${version} is part of the edition of all years of ${system}, which is removed as a whole: name no version.`,
    )
  }
  if (own.length === 0) throw new Error(`Nothing of ${system} was loaded.`)
  throw new Error(`Say which one: ${own.map(nameOf).sort().join(', ')}.`)
}

function nameOf({ system, version }: Edition): string {
  return version === undefined ? system : `${system}|${version}`
}

import type { PackagedDefinition, PackageInfo, PackageStore } from '../../store/packages.ts'
import { takenOf } from './definition.ts'
import { type Manifest, readManifest } from './manifest.ts'
import { filesOf, type PackageSource, refusal } from './tarball.ts'

/** How a package was loaded. */
export interface LoadedPackage {
  info: PackageInfo
  /** For people: files that were left out, and why. */
  leftOut: string[]
}

/** Files left out that are named; of more, how many there are. */
const MOST_TOLD = 20

/** What a package says of itself. Throws `invalid` where it is none, or none for R4. */
export async function manifestOf(source: PackageSource): Promise<Manifest> {
  for await (const { text } of filesOf(source, (name) => name === 'package.json')) return readManifest(text)
  throw refusal('It has no package/package.json.')
}

/**
 * Puts a package (npm-style .tgz of FHIR) into the store with all its definitions, in the place of one of the same name and version.
 * What it depends on need not be there (`missingDependencies` tells). Throws `invalid` for what is no package of R4, or has a bad file; then nothing
 * is changed.
 *
 * @param progress told how many definitions there are so far
 */
export async function loadPackage(
  source: PackageSource,
  store: PackageStore,
  progress: (definitions: number) => void = () => undefined,
): Promise<LoadedPackage> {
  const manifest = await manifestOf(source)
  const leftOut: string[] = []
  const info: PackageInfo = { ...manifest, loaded: new Date().toISOString(), definitions: 0 }
  await store.put(info, definitionsOf(source, leftOut, progress))
  const packages = await store.packages()
  const held = packages.find(({ name, version }) => name === manifest.name && version === manifest.version)
  const more = leftOut.length > MOST_TOLD ? [`${leftOut.length - MOST_TOLD} more files are left out`] : []
  return { info: held ?? info, leftOut: [...leftOut.slice(0, MOST_TOLD), ...more] }
}

async function* definitionsOf(
  source: PackageSource,
  leftOut: string[],
  progress: (definitions: number) => void,
): AsyncGenerator<PackagedDefinition> {
  const seen = new Set<string>()
  for await (const file of filesOf(source, (name) => name !== 'package.json')) {
    const taken = takenOf(file)
    if (!taken) continue
    if ('leftOut' in taken) {
      leftOut.push(taken.leftOut)
      continue
    }
    const { type, url, version } = taken.definition
    const canonical = `${type} ${url}|${version ?? ''}`
    // Some packages have the guide twice (`ig-r4.json`).
    if (seen.has(canonical)) continue
    seen.add(canonical)
    yield taken.definition
    progress(seen.size)
  }
}

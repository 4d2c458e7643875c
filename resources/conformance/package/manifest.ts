import { compareVersions } from '../versions.ts'
import { printable, refusal, withoutMark } from './tarball.ts'

/** What a package says of itself (its `package.json`). */
export interface Manifest {
  name: string
  version: string
  canonical?: string
  title?: string
  fhirVersions: readonly string[]
  dependencies: Readonly<Record<string, string>>
}

/** Packages that are R4 itself: they are always there. */
const OWN = /^hl7\.fhir\.r4\.(?:core|examples|expansions|elements|search|corexml)$/

/** Reads a `package.json`. Throws `invalid` for what is none, is of another release of FHIR, or is R4 itself. */
export function readManifest(text: Buffer): Manifest {
  const json = parsed(text)
  const { name, version } = json
  if (typeof name !== 'string' || !/^[\w@/.-]{1,200}$/.test(name)) throw refusal('Its package.json tells no name.')
  if (typeof version !== 'string' || !/^[\w.+-]{1,100}$/.test(version)) {
    throw refusal('Its package.json tells no version.')
  }
  const dependencies = textsOf(json.dependencies)
  const fhirVersions = versionsOf(json, dependencies)
  demandR4(`${name} ${version}`, fhirVersions)
  if (OWN.test(name)) throw refusal(`${name} is R4 itself, which is always there.`)
  const { canonical, title } = json
  return {
    name,
    version,
    ...(typeof canonical === 'string' ? { canonical: canonical.slice(0, 1000) } : {}),
    ...(typeof title === 'string' ? { title: printable(title) } : {}),
    fhirVersions,
    dependencies,
  }
}

function parsed(text: Buffer): Readonly<Record<string, unknown>> {
  try {
    const json: unknown = JSON.parse(withoutMark(text).toString())
    if (typeof json === 'object' && json !== null) return json as Record<string, unknown>
  } catch {
    // Told below.
  }
  throw refusal('Its package.json is not JSON.')
}

function versionsOf(json: Readonly<Record<string, unknown>>, dependencies: Manifest['dependencies']): string[] {
  const told = [json.fhirVersions, json['fhir-version-list']].find(Array.isArray) as unknown[] | undefined
  const versions = (told ?? []).filter((one) => typeof one === 'string')
  return versions.length === 0 && 'hl7.fhir.r4.core' in dependencies ? ['4.0.1'] : versions
}

function demandR4(package_: string, versions: readonly string[]): void {
  if (versions.some((version) => /^4\.0(?:\.|$)/.test(version))) return
  const other = versions.length === 0 ? 'tells no release of FHIR' : `is for FHIR ${versions.map(printable).join(', ')}`
  throw refusal(`${package_} ${other}: this server is R4 (4.0.1).`)
}

function textsOf(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null) return {}
  const texts = Object.entries(value).filter(([name, text]) => typeof text === 'string' && name !== '__proto__')
  return Object.fromEntries(texts.slice(0, 200).map(([name, text]) => [printable(name), printable(text as string)]))
}

/**
 * What a package depends on and is not loaded, in words. Versions may be named loosely (`3.1.x`), and a package by another name
 * (`hl7.fhir.us.core.v311`, `npm:hl7.fhir.us.core@3.1.1`).
 */
export function missingDependencies(
  { name: own, version: ownVersion, dependencies }: Pick<Manifest, 'name' | 'version' | 'dependencies'>,
  loaded: readonly Pick<Manifest, 'name' | 'version'>[],
): string[] {
  return Object.entries(dependencies).flatMap(([alias, text]) => {
    const { name, version } = meant(alias, text)
    if (OWN.test(name)) return []
    const held = loaded.filter((one) => one.name === name).map((one) => one.version)
    if (held.some((one) => fits(one, version))) return []
    const newest = held.sort(compareVersions).at(-1)
    const other = newest === undefined ? '' : ` (${newest} is)`
    return [`${own} ${ownVersion} depends on ${name} ${version}, which is not loaded${other}`]
  })
}

function meant(alias: string, text: string): { name: string; version: string } {
  const [, name, version] = /^npm:(.+)@([^@]+)$/.exec(text) ?? []
  if (name !== undefined && version !== undefined) return { name, version }
  return { name: alias.replace(/\.v\d+$/, ''), version: text }
}

function fits(held: string, asked: string): boolean {
  if (held === asked || asked === 'latest' || asked === '*') return true
  const beginning = /^(.*?\.)x(?:\.x)*$/.exec(asked)?.[1]
  return beginning !== undefined && held.startsWith(beginning)
}

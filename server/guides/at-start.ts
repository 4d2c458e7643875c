import { createReadStream } from 'node:fs'
import type { Deed } from '../../auth/audit/deed.ts'
import { loadPackage, manifestOf } from '../../resources/conformance/package/load.ts'
import { missingDependencies } from '../../resources/conformance/package/manifest.ts'
import { FhirError } from '../../resources/fhir-error.ts'
import type { PackageInfo } from '../../resources/store/packages.ts'
import type { Services } from '../call.ts'

/** What came of the packages that a setting names. */
export interface PackagesAtStart {
  /** Those that were not there. */
  loaded: PackageInfo[]
  /** For people. */
  warnings: string[]
}

/**
 * Loads the packages that the setting names and that are not there yet, by their names and versions; each is on record before. Throws
 * an Error with the name of the file for one that cannot be read.
 */
export async function loadAtStart({
  config,
  audit,
  knowledge: { packages },
}: Pick<Services, 'config' | 'audit' | 'knowledge'>): Promise<PackagesAtStart> {
  const loaded: PackageInfo[] = []
  const warnings: string[] = []
  for (const file of config.packages) {
    const source = () => createReadStream(file)
    try {
      const { name, version } = await manifestOf(source)
      const held = await packages.packages()
      if (held.some((one) => one.name === name && one.version === version)) continue
      await audit.record([importDeed(`${name}@${version}`)])
      const { info, leftOut } = await loadPackage(source, packages)
      loaded.push(info)
      warnings.push(...leftOut)
    } catch (error) {
      throw new Error(`CHARTROOM_PACKAGES: ${file}: ${wordsOf(error)}`, { cause: error })
    }
  }
  const all = loaded.length > 0 ? await packages.packages() : []
  return { loaded, warnings: [...loaded.flatMap((info) => missingDependencies(info, all)), ...warnings] }
}

function importDeed(query: string): Deed {
  const agent = { system: 'server' }
  return { at: Date.now(), kind: 'application', code: 'import', action: 'C', outcome: '0', agent, query }
}

function wordsOf(error: unknown): string {
  if (error instanceof FhirError) return error.issues.map(({ diagnostics }) => diagnostics).join(' ')
  return error instanceof Error ? error.message : String(error)
}

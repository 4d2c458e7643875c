import type { Edition } from '../../resources/terminology/concept-source.ts'

/** A code system that is held, and its versions, the ones loaded from tables first. */
export interface HeldSystem {
  uri: string
  versions: readonly string[]
}

/** Facts of the statement. */
export interface TerminologyFacts {
  baseUrl: string
  version: string
  date: string
  systems: readonly HeldSystem[]
}

/** Code systems by their url: those of the concept store, of packages, and R4's own. Stored resources are for who may see them. */
export function heldSystems(
  definitions: readonly { url: string; version: string | undefined }[],
  editions: readonly Edition[],
): HeldSystem[] {
  const byUri = new Map<string, Set<string>>()
  const add = (uri: string, version: string | undefined) => {
    const versions = byUri.get(uri) ?? new Set()
    byUri.set(uri, versions)
    if (version !== undefined) versions.add(version)
  }
  for (const { system, version, periods } of editions) {
    if (periods) for (const period of periods) add(system, period.version)
    else add(system, version)
  }
  for (const { url, version } of definitions) add(url, version)
  return [...byUri].sort(([one], [other]) => (one < other ? -1 : 1)).map(([uri, all]) => ({ uri, versions: [...all] }))
}

/** Parameters of $expand that make a difference. */
const EXPANSION = [
  'url',
  'valueSet',
  'valueSetVersion',
  'filter',
  'date',
  'offset',
  'count',
  'includeDesignations',
  'designation',
  'includeDefinition',
  'activeOnly',
  'excludeNested',
  'excludeNotForUI',
  'displayLanguage',
  'exclude-system',
  'system-version',
  'check-system-version',
  'force-system-version',
]

/** The TerminologyCapabilities of this server (R4 terminologycapabilities.html). */
export function terminologyCapabilities({ baseUrl, version, date, systems }: TerminologyFacts): object {
  return {
    resourceType: 'TerminologyCapabilities',
    url: `${baseUrl}/metadata?mode=terminology`,
    version,
    name: 'ChartroomTerminology',
    status: 'active',
    date,
    kind: 'instance',
    software: { name: 'chartroom', version },
    implementation: { description: 'chartroom: code systems, value sets and maps', url: baseUrl },
    lockedDate: false,
    codeSystem: systems.map(({ uri, versions }) => ({
      uri,
      ...(versions.length > 0 ? { version: versions.map((code) => ({ code })) } : {}),
    })),
    expansion: { hierarchical: true, paging: true, incomplete: false, parameter: EXPANSION.map((name) => ({ name })) },
    codeSearch: 'all',
    validateCode: { translations: true },
    translation: { needsMap: false },
    closure: { translation: false },
  }
}

import { chosenVersion } from '../../resources/conformance/versions.ts'
import { storableTypes } from '../../resources/definitions/definitions.ts'
import type { DefinitionHead } from '../../resources/store/packages.ts'

/**
 * Canonicals of profiles on resource types, by type: the newest of several versions without its version, as resources claim it,
 * the others with theirs.
 */
export function profilesByType(definitions: readonly DefinitionHead[]): Map<string, string[]> {
  const versions = new Map<string, DefinitionHead[]>()
  for (const one of definitions) {
    if (one.derivation !== 'constraint' || !storableTypes.has(one.ofType ?? '')) continue
    versions.set(one.url, [...(versions.get(one.url) ?? []), one])
  }
  const byType = new Map<string, string[]>()
  for (const [url, held] of [...versions].sort(([one], [other]) => (one < other ? -1 : 1))) {
    const type = held[0]?.ofType ?? ''
    const newest = chosenVersion(held)?.version
    const others = new Set(
      held.flatMap(({ version }) => (version === undefined || version === newest ? [] : [version])),
    )
    const canonicals = [url, ...[...others].map((version) => `${url}|${version}`)]
    byType.set(type, [...(byType.get(type) ?? []), ...canonicals])
  }
  return byType
}

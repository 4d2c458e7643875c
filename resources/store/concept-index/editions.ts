import type { Edition } from '../../terminology/concept-source.ts'

/**
 * The edition that an asked version means: the one of this version, else one that has it among its periods, else one of which it is the
 * beginning (`http://snomed.info/sct/900000000000207008`); the newest of several, and of all without a version.
 */
export function editionFor<Held extends { edition: Edition }>(
  all: readonly Held[],
  system: string,
  version?: string,
): Held | undefined {
  const own = all
    .filter(({ edition }) => edition.system === system)
    .sort((one, other) => newestFirst(one.edition, other.edition))
  if (version === undefined) return own[0]
  return (
    own.find(({ edition }) => edition.version === version) ??
    own.find(({ edition }) => edition.periods?.some((period) => period.version === version)) ??
    own.find(
      ({ edition }) => edition.version?.startsWith(version) && /^[/.\-_]/.test(edition.version.slice(version.length)),
    )
  )
}

const natural = new Intl.Collator('en', { numeric: true })

function newestFirst({ version: one = '' }: Edition, { version: other = '' }: Edition): number {
  return natural.compare(other, one)
}

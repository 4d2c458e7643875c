import type { DefinitionHead } from '../../resources/store/packages.ts'
import type { ValidationSettings } from '../validation/settings.ts'
import { profilesByType } from './packaged-profiles.ts'

/** Profiles by type of resource: those that the settings demand, then those of packages. */
export function supportedProfiles(
  { profiles }: Pick<ValidationSettings, 'profiles'>,
  packaged: readonly DefinitionHead[],
): ReadonlyMap<string, readonly string[]> {
  const byType = new Map<string, readonly string[]>(profilesByType(packaged))
  for (const [type, demanded] of profiles) byType.set(type, [...new Set([...demanded, ...(byType.get(type) ?? [])])])
  return byType
}

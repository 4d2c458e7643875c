import { type Canonicals, canonicalParts } from '../../resources/conformance/canonicals.ts'

/**
 * What is wrong with profiles that types must follow, for people: those that are not held (nothing is held against them until they
 * are), and those that are of another type.
 */
export async function absentProfiles(
  profiles: ReadonlyMap<string, readonly string[]>,
  canonicals: Canonicals,
): Promise<string[]> {
  const words: string[] = []
  for (const [type, required] of profiles) {
    for (const profile of required) {
      const { url, version } = canonicalParts(profile)
      const resource = (await canonicals.find('StructureDefinition', url, version))?.resource
      if (!resource)
        words.push(`${type}=${profile} is not held: what is written is not checked by it until its package is added`)
      else if (resource.type !== type) words.push(`${type}=${profile} is a profile of ${resource.type}`)
    }
  }
  return words
}

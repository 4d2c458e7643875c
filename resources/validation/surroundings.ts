import type { Place } from './place.ts'

/** What `%rootResource` stands for: the resource that contains the one that a place is in, else that one (R4 fhirpath.html). */
export function rootResourceOf(place: Place): Place {
  const { resource } = place
  return resource.name === 'contained' && resource.parent ? resource.parent.resource : resource
}

import type { Definition } from './loader.ts'
import { OWN } from './systems.ts'

/** A value set of the concepts that have a property; of a dated code system, those that have it on a day. */
export function byProperty({
  id,
  title,
  version,
  system,
  property,
  value,
}: {
  id: string
  title: string
  version: string
  system: string
  property: string
  value: string
}): Definition {
  return valueSet({ id, title, version }, [{ system, filter: [{ property, op: '=', value }] }])
}

/** A value set of codes that are listed. */
export function ofCodes(
  head: { id: string; title: string; version: string },
  system: string,
  concepts: readonly { code: string; display?: string }[],
): Definition {
  return valueSet(head, [{ system, concept: concepts }])
}

function valueSet(head: { id: string; title: string; version: string }, include: readonly object[]): Definition {
  return {
    resourceType: 'ValueSet',
    ...definitionHead('ValueSet', head),
    compose: { include },
  }
}

/** What all definitions made by loaders begin with. */
export function definitionHead(
  type: string,
  { id, title, version }: { id: string; title: string; version: string },
): Pick<Definition, 'id' | 'url' | 'version'> & Record<string, unknown> {
  return {
    id,
    url: `${OWN}/${type}/${id}`,
    version,
    name: nameOf(id),
    title,
    status: 'active',
    experimental: false,
    publisher: 'chartroom, of public files',
  }
}

/** A name by the rule of R4 (begins with a capital, has letters, digits and `_` alone). */
export function nameOf(id: string): string {
  const words = id.split(/[^A-Za-z0-9]+/).filter(Boolean)
  const name = words.map((word) => `${word[0]!.toUpperCase()}${word.slice(1)}`).join('')
  return /^[A-Z]/.test(name) ? name : `C${name}`
}

import type { Edition } from '../concept-source.ts'
import type { Definition } from './loader.ts'

/**
 * The CodeSystem resource that describes a loaded edition; its concepts are kept apart, so that `content` is `not-present`
 * (R4: complete are those alone that have all concepts within them). `count`: concepts, of a dated edition those of all days.
 */
export function codeSystemOf(edition: Edition, count: number): Definition {
  const { system, name, title, caseSensitive, properties = [], copyright } = edition
  const version = newestVersion(edition)
  return {
    resourceType: 'CodeSystem',
    id: name.toLowerCase().replace(/[^a-z0-9]+/g, '-'),
    url: system,
    version,
    name,
    title: title ?? name,
    status: 'active',
    experimental: false,
    description: describedDays(edition),
    ...(copyright === undefined ? {} : { copyright }),
    caseSensitive,
    hierarchyMeaning: 'is-a',
    compositional: false,
    versionNeeded: false,
    content: 'not-present',
    count,
    filter: filtersOf(properties),
    property: properties.map(({ code, type, uri, description }) => ({
      code,
      ...(uri === undefined ? {} : { uri }),
      ...(description === undefined ? {} : { description }),
      type,
    })),
  }
}

/** The version that an edition is of: of a dated one, its last period's. */
export function newestVersion({ version, periods }: Edition): string {
  return version ?? periods?.at(-1)?.version ?? ''
}

function describedDays({ periods }: Edition): string {
  if (!periods) return 'Loaded from public files; the concepts are kept apart.'
  const all = periods.map(({ version, from, to }) => `${version} from ${from}${to === undefined ? '' : ` to ${to}`}`)
  return `Loaded from public files; the concepts are kept apart, each with its days. Versions: ${all.join('; ')}.`
}

function filtersOf(properties: NonNullable<Edition['properties']>): object[] {
  const tree = {
    code: 'concept',
    description: 'By place in the tree',
    operator: ['is-a', 'descendent-of', 'is-not-a'],
    value: 'a code',
  }
  const own = properties.map(({ code, description = code, type }) => ({
    code,
    description,
    operator: ['=', 'in', 'not-in', 'exists', ...(type === 'string' ? ['regex'] : [])],
    value: type === 'boolean' ? 'true or false' : `a ${type}`,
  }))
  return [tree, ...own]
}

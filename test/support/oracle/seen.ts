import { instantOf } from '../../../resources/dates.ts'
import type { IndexEntry } from '../../../resources/store/port.ts'
import { targetsOf } from '../../../search/include.ts'
import { indexEntries } from '../../../search/index-entries.ts'
import { parametersOf } from '../../../search/parameters.ts'
import { BASE } from '../criteria.ts'
import { REGISTRY } from './registry.ts'
import type { Resource } from './world.ts'

/** A reference that is in a world: from a type, by a parameter, to a type. */
export type SeenLink = readonly [source: string, param: string, target: string]

/** What there is in a world to ask for, so that searches find something, and that more than once. */
export class Seen {
  /** Values as a search writes them, by type and parameter. */
  private readonly values = new Map<string, string[]>()
  readonly links: SeenLink[] = []
  /** Which types contain which. */
  readonly containers: (readonly [container: string, type: string])[] = []
  /** What there is of contained resources. */
  readonly inside: Seen
  private readonly types = new Map<string, Set<string>>()

  constructor(resources: readonly Resource[], all = resources) {
    const there = new Set(all.map(({ resourceType, id }) => `${resourceType}/${id}`))
    const urls = all.flatMap(({ resourceType, ...rest }) =>
      indexEntries(resourceType, { resourceType, ...rest }, BASE).flatMap(([, param, uri]) =>
        param === 'url:canonical' ? [[resourceType, uri] as const] : [],
      ),
    )
    const inside: Resource[] = []
    for (const resource of resources) {
      const type = resource.resourceType
      this.put(`${type} _id`, resource.id)
      for (const entry of indexEntries(type, resource, BASE, REGISTRY)) {
        this.add(type, entry)
        const code = entry[1].replace(/:canonical$/, '')
        if (code !== entry[1] && code !== 'url') {
          // One url may stand in resources of several types.
          const possible = targetsOf(parametersOf(type, REGISTRY).get(code)!)
          const meant = urls.filter(([target, uri]) => uri === entry[2] && possible.includes(target))
          for (const [target] of meant) this.links.push([type, code, target])
        }
        if (entry[0] !== 'reference' || !there.has(`${entry[2]}/${entry[3]}`)) continue
        this.links.push([type, entry[1], entry[2]])
        if (type === 'List' && entry[1] === 'item') this.put(`${entry[2]} _list`, resource.id)
      }
      for (const one of (resource.contained ?? []) as Resource[]) {
        inside.push(one)
        this.containers.push([type, one.resourceType])
      }
    }
    this.inside = inside.length > 0 ? new Seen(inside, all) : this
  }

  /** Written values of a parameter, Lists of `_list` among them; of modifiers too, by names such as `code:text`. */
  of(type: string, param: string): readonly string[] {
    return this.values.get(`${type} ${param}`) ?? []
  }

  /** Parameters of a type that there are values of, each once. */
  params(type: string): readonly string[] {
    return [...(this.types.get(type) ?? [])]
  }

  /** The types that there are resources of, with something to ask for. */
  get typeNames(): readonly string[] {
    return [...this.types.keys()]
  }

  private add(type: string, entry: IndexEntry): void {
    const key = `${type} ${entry[1]}`
    const params = this.types.get(type) ?? new Set()
    this.types.set(type, params.add(entry[1].split(':')[0]!))
    this.put(key, ...written(entry))
  }

  private put(key: string, ...values: string[]): void {
    this.values.set(key, [...(this.values.get(key) ?? []), ...values])
  }
}

export const escaped = (text: string) => text.replace(/[\\,|$]/g, '\\$&')

function written(entry: IndexEntry): string[] {
  switch (entry[0]) {
    case 'token': {
      const [, param, system, code] = entry
      if (param.endsWith(':of-type')) {
        // No system of the small worlds has a bar in it; codes of theirs have.
        const [own = '', ...type] = system.split('|')
        return [[own, type.join('|'), code].map(escaped).join('|')]
      }
      return [escaped(code), `${escaped(system)}|${escaped(code)}`]
    }
    case 'string':
      return [escaped(entry[3]), escaped(entry[3].slice(0, 2))]
    case 'reference':
      return [`${entry[2]}/${entry[3]}`, entry[3]]
    case 'uri':
      return entry[2].startsWith('#') ? [] : [escaped(entry[2])]
    case 'words':
      return entry[2].split(' ')
    case 'range':
      return entry[2] === '' ? [entry[3], entry[4]].filter((end) => Math.abs(end) < 1e280).map(String) : []
    default:
      return []
  }
}

/** A moment in ms since 1970, as a search has it: to the ms, or the day, the month or the year that it lies in. */
export function moment(text: string, length: number): string {
  const at = Number(text)
  return at > Date.UTC(1000, 0) && at < Date.UTC(9999, 0) ? instantOf(at).slice(0, length) : '2020'
}

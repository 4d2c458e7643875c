import { membersOf } from '../../resources/definitions/definitions.ts'

/** A string in a resource that may be a link to another entry. */
export interface LinkSite {
  kind: 'reference' | 'uri' | 'narrative'
  text: string
  /** Which string value of the text it is, counted in document order. */
  ordinal: number
  /** Puts another string in its place in the parsed value. */
  set(text: string): void
  /** Path below the resource, for an issue. */
  path: string
}

const URI_TYPES: ReadonlySet<string> = new Set(['uri', 'url', 'oid', 'uuid'])

/**
 * Visits each string of a checked resource that a transaction may have to rewrite (R4 http, transaction processing
 * rules): Reference.reference, elements of type uri, url, oid and uuid, and the narrative; in extensions and contained
 * resources too. Canonicals are not among them.
 */
export function visitLinks(resource: Record<string, unknown>, visit: (site: LinkSite) => void): void {
  new LinkWalk(visit).walkObject(resource, String(resource.resourceType))
}

class LinkWalk {
  private readonly visit: (site: LinkSite) => void
  private readonly path: (string | number)[] = []
  private ordinal = 0

  constructor(visit: (site: LinkSite) => void) {
    this.visit = visit
  }

  walkObject(value: Record<string, unknown>, typeName: string): void {
    const members = membersOf(typeName)
    for (const name in value) {
      const inner = value[name]
      const member = members.get(name)
      this.path.push(name)
      if (member && !member.primitive) {
        this.walkEach(inner, (item) => this.walkComplex(item, member.type))
      } else if (member) {
        const kind = kindOf(member.type, typeName, name)
        if (typeof inner === 'string') this.meetString(value, name, inner, kind)
        else if (Array.isArray(inner)) this.walkStrings(inner, kind)
      } else if (name.charCodeAt(0) === 0x5f) {
        this.walkEach(inner, (item) => this.walkComplex(item, 'Element'))
      } else if (typeof inner === 'string') this.ordinal++
      this.path.pop()
    }
  }

  private walkComplex(value: unknown, type: string): void {
    if (typeof value !== 'object' || value === null) return
    const object = value as Record<string, unknown>
    this.walkObject(object, type === 'Resource' ? String(object.resourceType) : type)
  }

  private walkEach(value: unknown, walk: (item: unknown) => void): void {
    if (!Array.isArray(value)) {
      walk(value)
      return
    }
    for (let at = 0; at < value.length; at++) {
      this.path.push(at)
      walk(value[at])
      this.path.pop()
    }
  }

  private walkStrings(list: unknown[], kind: LinkSite['kind'] | undefined): void {
    for (let at = 0; at < list.length; at++) {
      const item = list[at]
      if (typeof item === 'string') this.meetString(list, at, item, kind)
    }
  }

  private meetString(holder: object, key: string | number, text: string, kind: LinkSite['kind'] | undefined): void {
    const ordinal = this.ordinal++
    if (!kind) return
    const { path } = this
    this.visit({
      kind,
      text,
      ordinal,
      set: (replacement) => Reflect.set(holder, key, replacement),
      get path() {
        return path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`)).join('')
      },
    })
  }
}

function kindOf(type: string, holderType: string, name: string): LinkSite['kind'] | undefined {
  if (URI_TYPES.has(type)) return 'uri'
  if (type === 'xhtml') return 'narrative'
  return holderType === 'Reference' && name === 'reference' ? 'reference' : undefined
}

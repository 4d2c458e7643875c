import { membersOf } from '../../resources/definitions/definitions.ts'

/** What kind of string it is that may be a link to another entry. */
export type LinkKind = 'reference' | 'uri' | 'narrative'

/** The place of such a string in a parsed resource. */
export interface LinkSite {
  holder: object
  key: string | number
  /** Which string value of the resource's text it is, counted in document order. */
  ordinal: number
}

/** Told of each string that may be a link. The walk's `path` and `site` are those of the string while it is told. */
export type LinkVisitor = (kind: LinkKind, text: string, walk: LinkWalk) => void

const URI_TYPES: ReadonlySet<string> = new Set(['uri', 'url', 'oid', 'uuid'])

/**
 * Visits each string of a checked resource that a transaction may have to rewrite (R4 http, transaction processing
 * rules): Reference.reference, elements of type uri, url, oid and uuid, and the narrative; in extensions and contained
 * resources too. Canonicals are not among them, nor what stands in the entries of a Bundle, which has links of its own.
 */
export function visitLinks(resource: Record<string, unknown>, visit: LinkVisitor): void {
  new LinkWalk(visit).walkObject(resource, String(resource.resourceType))
}

/** A walk in document order; most strings are of no interest, so that places are told only when asked for. */
export class LinkWalk {
  private readonly visit: LinkVisitor
  private readonly steps: (string | number)[] = []
  private holder: object = {}
  private ordinal = -1
  private foreign = 0

  constructor(visit: LinkVisitor) {
    this.visit = visit
  }

  /** Where the string stands that is visited now. */
  get site(): LinkSite {
    return { holder: this.holder, key: this.steps.at(-1)!, ordinal: this.ordinal }
  }

  /** Path of the string that is visited now, below the resource: `.subject.reference`. */
  get path(): string {
    return this.steps.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`)).join('')
  }

  walkObject(value: Record<string, unknown>, typeName: string): void {
    const members = membersOf(typeName)
    for (const name in value) {
      const inner = value[name]
      const member = members.get(name)
      this.steps.push(name)
      if (member && !member.primitive) this.walkMember(inner, typeName, name, member.type)
      else if (member) this.meetStrings(value, inner, kindOf(member.type, typeName, name))
      else if (name.charCodeAt(0) === 0x5f) this.walkEach(inner, 'Element')
      else if (typeof inner === 'string') this.ordinal++
      this.steps.pop()
    }
  }

  private walkMember(value: unknown, holderType: string, name: string, type: string): void {
    const foreign = holderType === 'Bundle' && name === 'entry' ? 1 : 0
    this.foreign += foreign
    this.walkEach(value, type)
    this.foreign -= foreign
  }

  private walkEach(value: unknown, type: string): void {
    if (!Array.isArray(value)) {
      this.walkComplex(value, type)
      return
    }
    for (let at = 0; at < value.length; at++) {
      this.steps.push(at)
      this.walkComplex(value[at], type)
      this.steps.pop()
    }
  }

  private walkComplex(value: unknown, type: string): void {
    if (typeof value !== 'object' || value === null) return
    const object = value as Record<string, unknown>
    this.walkObject(object, type === 'Resource' ? String(object.resourceType) : type)
  }

  private meetStrings(holder: object, value: unknown, kind: LinkKind | undefined): void {
    if (typeof value === 'string') {
      this.ordinal++
      this.holder = holder
      if (kind && this.foreign === 0) this.visit(kind, value, this)
    } else if (Array.isArray(value)) {
      for (let at = 0; at < value.length; at++) {
        this.steps.push(at)
        this.meetStrings(value, value[at], kind)
        this.steps.pop()
      }
    }
  }
}

function kindOf(type: string, holderType: string, name: string): LinkKind | undefined {
  if (URI_TYPES.has(type)) return 'uri'
  if (type === 'xhtml') return 'narrative'
  return holderType === 'Reference' && name === 'reference' ? 'reference' : undefined
}

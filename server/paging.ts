import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { FhirError } from '../resources/fhir-error.ts'
import { printQuery, type QueryPair } from '../search/query.ts'

const NONCE = 12
const TAG = 16

/** Bytes. */
const BLOCK = 32

/** Entries of a page where the client does not say, and at the most. */
const DEFAULT_COUNT = 50
export const MOST_COUNT = 1000

/**
 * Makes the `_cursor` of a page link: the position where the next page begins, sealed together with all that the link
 * is bound to (path, query and caller), so that it can neither be read, nor forged, nor moved to another search.
 */
function sealCursor(position: string, boundTo: string, key: Buffer): string {
  const nonce = nextNonce()
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  cipher.setAAD(Buffer.from(boundTo))
  const sealed = Buffer.concat([nonce, cipher.update(padded(position)), cipher.final(), cipher.getAuthTag()])
  return sealed.toString('base64url')
}

/** To a whole number of blocks: the digits of a position would tell how much is stored that is not shown. */
function padded(position: string): Buffer {
  const bytes = Buffer.from(position)
  return Buffer.concat([bytes], Math.ceil((bytes.length + 1) / BLOCK) * BLOCK)
}

/** Random bytes are drawn for many cursors at once: to draw costs more than to seal. */
const drawn = { bytes: Buffer.alloc(0), at: 0 }

function nextNonce(): Buffer {
  if (drawn.at === drawn.bytes.length) {
    drawn.bytes = randomBytes(NONCE * 256)
    drawn.at = 0
  }
  drawn.at += NONCE
  return drawn.bytes.subarray(drawn.at - NONCE, drawn.at)
}

/** The position in a `_cursor`. Throws `invalid` when it is not one that this server made for the same request. */
function openCursor(cursor: string, boundTo: string, key: Buffer): string {
  const sealed = Buffer.from(cursor, 'base64url')
  try {
    // Decoding skips what is not of its alphabet.
    if (sealed.toString('base64url') !== cursor) throw new Error('not base64url')
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE), { authTagLength: TAG })
    decipher.setAAD(Buffer.from(boundTo))
    decipher.setAuthTag(sealed.subarray(sealed.length - TAG))
    const opened = Buffer.concat([decipher.update(sealed.subarray(NONCE, sealed.length - TAG)), decipher.final()])
    return opened.toString().replace(/\0+$/, '')
  } catch {
    throw FhirError.of('invalid', '_cursor is not from a link of this server for this request.', { code: 'value' })
  }
}

/** Reads `_count`: a whole number; more than the most is cut to it. Throws `invalid` for anything else. */
export function pageCount(query: readonly QueryPair[]): number {
  const text = query.findLast(([name]) => name === '_count')?.[1]
  if (text === undefined || text === '') return DEFAULT_COUNT
  if (!/^\d{1,15}$/.test(text)) throw FhirError.of('invalid', '_count takes a whole number.', { code: 'value' })
  return Math.min(Number(text), MOST_COUNT)
}

/** Parameters of the form of an answer. */
const FORM = new Set(['_format', '_pretty'])

/** A page's place in a listing: what it is bound to, and the links beside it. */
export class PageLinks {
  private readonly url: string
  private readonly query: readonly QueryPair[]
  private readonly boundTo: string
  private readonly key: Buffer

  /** `query` holds what was really used, without `_cursor`. */
  constructor(url: string, query: readonly QueryPair[], caller: string, key: Buffer) {
    this.url = url
    this.query = query
    this.key = key
    this.boundTo = JSON.stringify([caller, url, query])
  }

  /** What the link says that led to the page: a position, behind which it begins; undefined for the first page. */
  start(asked: readonly QueryPair[]): string | undefined {
    const cursor = asked.find(([name]) => name === '_cursor')?.[1]
    return cursor === undefined ? undefined : openCursor(cursor, this.boundTo, this.key)
  }

  /** Bundle.link of this page; `next` and `previous` are what their links say, where there are such pages. */
  links(asked: readonly QueryPair[], next: string | undefined, previous?: string): { relation: string; url: string }[] {
    const cursor = asked.filter(([name]) => name === '_cursor')
    // The form of the answer goes with the link: who asks by `_format` may not be able to ask by Accept.
    const query = [...this.query, ...asked.filter(([name, value]) => FORM.has(name) && value !== '')]
    const links = [{ relation: 'self', url: this.address([...query, ...cursor]) }]
    if (cursor.length > 0) links.push({ relation: 'first', url: this.address(query) })
    for (const [relation, position] of [
      ['previous', previous],
      ['next', next],
    ] as const) {
      if (position === undefined) continue
      const url = this.address([...query, ['_cursor', sealCursor(position, this.boundTo, this.key)]])
      links.push({ relation, url })
    }
    return links
  }

  private address(query: readonly QueryPair[]): string {
    return query.length > 0 ? `${this.url}?${printQuery(query)}` : this.url
  }
}

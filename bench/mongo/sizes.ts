import { randomUUIDv7 } from 'node:crypto'
import { BSON } from 'mongodb'
import { indexFacts, type ResourceDocument } from '../../resources/store/mongo/document.ts'
import { indexesOf, LISTED_BY, VERSION_INDEXES } from '../../resources/store/mongo/indexes.ts'
import { indexEntries } from '../../search/index-entries.ts'
import { readSample } from '../data.ts'
import { keysOf, sizeOf } from './key-bytes.ts'

type Resource = { resourceType: string } & Record<string, unknown>
interface Entry {
  fullUrl?: string
  resource: Resource
}

const BASE = 'http://localhost/fhir'

/** Resources of Bundles, each with an id such as the server gives, their references to each other resolved. */
function* resourcesOf(bundles: readonly Buffer[]): Generator<Resource & { id: string }> {
  for (const bytes of bundles) {
    const { entry } = JSON.parse(bytes.toString()) as { entry: Entry[] }
    const names = new Map<string, string>()
    for (const { fullUrl, resource } of entry) {
      if (fullUrl) names.set(fullUrl, `${resource.resourceType}/${randomUUIDv7()}`)
    }
    const text = JSON.stringify(entry)
      .replace(/urn:uuid:[-0-9a-f]{36}/g, (url) => names.get(url) ?? url)
      // Whatever is meant is there once.
      .replace(/"([A-Z][A-Za-z]+)\?identifier=[^"]*"/g, (_, type) => `"${type}/${randomUUIDv7()}"`)
    for (const [at, { resource }] of (JSON.parse(text) as Entry[]).entries()) {
      const id = names.get(entry[at]?.fullUrl ?? '')?.split('/')[1] ?? randomUUIDv7()
      yield { ...resource, id }
    }
  }
}

function documentOf(resource: Resource & { id: string }, t: number): ResourceDocument {
  const text = Buffer.from(JSON.stringify(resource))
  const facts = indexFacts(indexEntries(resource.resourceType, resource, BASE), LISTED_BY[resource.resourceType])
  return { _id: resource.id, v: 1, t, m: 'POST', live: true, text, bytes: text.length, ...facts }
}

/** What of a type is kept: numbers of documents, of facts, and bytes. */
class Tally {
  documents = 0
  keys = 0
  ranges = 0
  words = 0
  patients = 0
  text = 0
  bytes = 0
  readonly indexes = new Map<string, Buffer[]>()

  add(type: string, document: ResourceDocument): void {
    this.documents++
    this.keys += document.k?.length ?? 0
    this.ranges += document.r?.length ?? 0
    this.words += document.w?.length ?? 0
    this.patients += document.pk?.length ?? 0
    this.text += document.bytes
    this.bytes += BSON.calculateObjectSize(document)
    const { _id: id, v, t } = document
    for (const { name, key } of [{ name: '_id', key: { _id: 1 as const } }, ...indexesOf(type)]) {
      this.put(name, keysOf(document as unknown as Record<string, unknown>, key))
    }
    const version = { _id: `${type}/${id}/${v}`, type, id, v, t, n: this.documents % 500 }
    for (const { name, key } of [{ name: '_id', key: { _id: 1 as const } }, ...VERSION_INDEXES]) {
      this.put(`versions.${name}`, keysOf(version, key))
    }
  }

  private put(index: string, keys: readonly Buffer[]): void {
    const all = this.indexes.get(index) ?? []
    for (const key of keys) all.push(key)
    this.indexes.set(index, all)
  }

  /** Bytes by index, and of all. */
  sizes(): Map<string, { plain: number; kept: number; keys: number }> {
    return new Map([...this.indexes].map(([name, keys]) => [name, { ...sizeOf(keys), keys: keys.length }]))
  }
}

async function main(): Promise<void> {
  const sample = await readSample()
  const tallies = new Map<string, Tally>()
  let t = Date.UTC(2026, 0, 1)
  for (const resource of resourcesOf([...sample.first, ...sample.others])) {
    const tally = tallies.get(resource.resourceType) ?? new Tally()
    tallies.set(resource.resourceType, tally)
    tally.add(resource.resourceType, documentOf(resource, t++))
  }
  print(sample.name, tallies)
}

function print(name: string, tallies: ReadonlyMap<string, Tally>): void {
  const lines: string[] = [
    `${name}`,
    '',
    '| type | resources | keys | ranges | words | patient keys | text | document | indexes |',
  ]
  lines.push('|---|---|---|---|---|---|---|---|---|')
  const totals = new Map<string, { plain: number; kept: number; keys: number }>()
  const each = [...tallies].sort(([, one], [, other]) => other.documents - one.documents)
  for (const [type, tally] of each) {
    const per = (number: number) => (number / tally.documents).toFixed(1)
    const sizes = tally.sizes()
    let kept = 0
    for (const [index, size] of sizes) {
      kept += size.kept
      const total = totals.get(index) ?? { plain: 0, kept: 0, keys: 0 }
      totals.set(index, { plain: total.plain + size.plain, kept: total.kept + size.kept, keys: total.keys + size.keys })
    }
    const { documents, keys, ranges, words, patients, text, bytes } = tally
    const numbers = [keys, ranges, words, patients].map(per)
    const sized = [text, bytes, kept].map((size) => Math.round(size / documents))
    lines.push(`| ${[type, documents, ...numbers, ...sized].join(' | ')} |`)
  }
  const all = each.reduce((sum, [, { documents }]) => sum + documents, 0)
  lines.push('', '| index | keys a resource | bytes a resource | without what keys share |', '|---|---|---|---|')
  let [kept, plain, count] = [0, 0, 0]
  for (const [index, size] of totals) {
    lines.push(
      `| ${index} | ${(size.keys / all).toFixed(1)} | ${Math.round(size.kept / all)} | ${Math.round(size.plain / all)} |`,
    )
    kept += size.kept
    plain += size.plain
    count += size.keys
  }
  lines.push(`| all | ${(count / all).toFixed(1)} | ${Math.round(kept / all)} | ${Math.round(plain / all)} |`)
  process.stdout.write(`${lines.join('\n')}\n`)
}

if (import.meta.main) await main()

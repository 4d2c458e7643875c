import { createHash, type Hash } from 'node:crypto'
import type { Archive, ArchivedVersion, Head } from '../../resources/store/archive.ts'
import type { AuditChainHead, AuditOutcome } from '../../resources/store/audit.ts'
import { DONE_KEPT, type Store } from '../../resources/store/port.ts'
import { carriedState } from './kept.ts'
import { carriedSecrets } from './state.ts'

/** ms */
const DAY = 24 * 60 * 60 * 1000

/** What a store has of a type. */
export interface TypeDigest {
  /** Live ones. */
  resources: number
  versions: number
  /** Of a line for each version, by id and number; in hexadecimal. */
  sha256: string
}

/** What a store has, in such a way that two that have the same give the same, however they keep it. */
export interface StoreDigest {
  types: Map<string, TypeDigest>
  /** Of names of work that was done, and of the secrets and the state that are carried. */
  done: string
  secrets: string
  state: string
  /** Of the records of the chains that were asked for, and of their ends. */
  audit: AuditDigest
}

/** Of a line for each record of the audit log. */
export interface AuditDigest {
  records: number
  sha256: string
}

/** What is to be read of a store: `chains` as far as they go here; `onVersion` is told of each version. */
export interface DigestOptions {
  now: number
  chains: readonly AuditChainHead[]
  onVersion(): void
}

/** Reads all that a store keeps. Throws an Error where what is current of a resource is not its last version. */
export async function digestOfStore(
  { archive, audit }: Pick<Store, 'audit'> & { archive: Archive },
  { now, chains, onVersion }: DigestOptions,
): Promise<StoreDigest> {
  const types = new Map<string, TypeDigest>()
  for (const type of await archive.types()) types.set(type, await digestOfType(archive, type, onVersion))
  const done = createHash('sha256')
  for await (const { key, at } of archive.done()) {
    // What is so old may be forgotten at any moment, in one store sooner than in the other.
    if (at > now - DONE_KEPT + DAY) done.update(`${JSON.stringify(key)} ${at}\n`)
  }
  const secrets = createHash('sha256')
  for (const [name, value] of Object.entries(await carriedSecrets(archive)).sort()) {
    secrets.update(`${name} ${value.toString('hex')}\n`)
  }
  return {
    types,
    done: done.digest('hex'),
    secrets: secrets.digest('hex'),
    state: await digestOfState(archive, now),
    audit: await digestOfAudit(archive, await audit.chains(), chains),
  }
}

/** What a store has written by itself since, or before, is in chains of its own. */
async function digestOfAudit(
  archive: Archive,
  own: readonly AuditChainHead[],
  asked: readonly AuditChainHead[],
): Promise<AuditDigest> {
  const ends = new Map(asked.map(({ chain, number }) => [chain, number]))
  const hash = createHash('sha256')
  let records = 0
  for await (const { key, chain, number, ...rest } of archive.audit()) {
    if (number > (ends.get(chain) ?? 0)) continue
    records++
    const { recorded, text, tally, outcomes, indexed } = rest
    const line = [key, chain, number, rest.hash, recorded, text, tally, outcomes.map(becameOf), indexed]
    hash.update(`${JSON.stringify(line)}\n`)
  }
  const lines = own.filter(({ chain }) => ends.has(chain)).map((end) => `${end.chain} ${end.number} ${end.hash}\n`)
  return { records, sha256: hash.update(lines.sort().join('')).digest('hex') }
}

function becameOf({ version, created }: AuditOutcome): string {
  return created ? `${version}c` : `${version}`
}

/** Of a line for each entry; kinds have no order that all stores share. */
async function digestOfState(archive: Archive, now: number): Promise<string> {
  const kinds = new Map<string, Hash>()
  for await (const { kind, key, value, revision, expires, aliases } of carriedState(archive)) {
    // As of what was done: it may expire in between.
    if (expires !== undefined && expires < now + DAY) continue
    const hash = kinds.get(kind) ?? createHash('sha256')
    hash.update(`${JSON.stringify([key, revision, expires, aliases, value])}\n`)
    kinds.set(kind, hash)
  }
  const lines = [...kinds].map(([kind, hash]) => `${kind} ${hash.digest('hex')}\n`)
  return createHash('sha256').update(lines.sort().join('')).digest('hex')
}

/** One digest of all types. */
export function wholeOf({ types }: StoreDigest): TypeDigest {
  const whole = { resources: 0, versions: 0 }
  const hash = createHash('sha256')
  for (const [type, { resources, versions, sha256 }] of [...types].sort()) {
    whole.resources += resources
    whole.versions += versions
    hash.update(`${type} ${resources} ${versions} ${sha256}\n`)
  }
  return { ...whole, sha256: hash.digest('hex') }
}

/** In what two stores differ: a line for each, none when they have the same. */
export function differences(from: StoreDigest, to: StoreDigest): string[] {
  const lines: string[] = []
  for (const type of new Set([...from.types.keys(), ...to.types.keys()])) {
    const [one, other] = [from.types.get(type), to.types.get(type)].map(told)
    if (one !== other) lines.push(`${type}: ${one} there, ${other} here`)
  }
  if (from.done !== to.done) lines.push('the names of work that was done are not the same')
  if (from.secrets !== to.secrets) lines.push('the keys are not the same')
  if (from.state !== to.state) lines.push('clients, users, signing keys and policies are not the same')
  if (from.audit.sha256 !== to.audit.sha256) {
    const [one, other] = [from.audit, to.audit].map(
      ({ records, sha256 }) => `${records} records, ${sha256.slice(0, 16)}`,
    )
    lines.push(`audit log: ${one} there, ${other} here`)
  }
  return lines
}

function told(digest: TypeDigest | undefined): string {
  if (!digest) return 'none'
  return `${digest.resources} resources, ${digest.versions} versions, ${digest.sha256.slice(0, 16)}`
}

async function digestOfType(archive: Archive, type: string, onVersion: () => void): Promise<TypeDigest> {
  const hash = createHash('sha256')
  const heads = archive.heads(type)[Symbol.asyncIterator]()
  let [resources, versions, id] = [0, 0, '']
  for await (const version of archive.sorted(type)) {
    if (version.id !== id) {
      id = version.id
      checkHead((await heads.next()).value as Head | undefined, version)
      if (version.text) resources++
    }
    versions++
    addLine(hash, version)
    onVersion()
  }
  const { value: more } = (await heads.next()) as { value?: Head }
  if (more) throw new Error(`${type}/${more.id} is there without its versions`)
  return { resources, versions, sha256: hash.digest('hex') }
}

function checkHead(head: Head | undefined, { type, id, version, lastUpdated, text }: ArchivedVersion): void {
  const isLast = head?.id === id && head.version === version && head.lastUpdated === lastUpdated
  if (!isLast || head.live !== (text !== undefined)) {
    throw new Error(`${type}/${id}: its last version, ${version}, is not what is current of it`)
  }
}

function addLine(hash: Hash, { type, id, version, lastUpdated, method, created, until, text }: ArchivedVersion): void {
  const digest = text ? createHash('sha256').update(text).digest('hex') : '-'
  hash.update(`${type}/${id}/${version} ${lastUpdated} ${method} ${created} ${until ?? '-'} ${digest}\n`)
}

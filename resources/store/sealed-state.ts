import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import type { Store, Unit } from './port.ts'
import type { State, StateChange, StateEntry } from './state.ts'

/** What is sealed: signing keys, users with the secrets of their second factors, and the keys that the audit log is proved by. */
export const SEALED_KINDS: readonly string[] = ['key', 'user', 'audit-key']

const CIPHER = 'aes-256-gcm'
const IV_BYTES = 12
const TAG_BYTES = 16

/** Entries that are looked at together. */
const AT_ONCE = 100

const WORDS = 'the signing keys and users of this store were sealed with another CHARTROOM_STATE_SECRET'

const STRANGE = 'something in this store that is to be sealed is not: it was written past CHARTROOM_STATE_SECRET'

/** Says that all was sealed once: what is not since then, somebody else has written. Sealed like the rest. */
const SEALED = { kind: 'sealed', key: 'all' } as const

/**
 * The store with some kinds of state unreadable for who reads the database or its backups: sealed under a secret that is kept
 * elsewhere (AES-256-GCM, the place in the store authenticated along). All else is the store's own.
 */
export function sealedStore<S extends Store>(store: S, secret: string): S {
  const seal = new Seal(secret)
  const state: State = {
    get: async (kind, key) => {
      const entry = await store.state.get(kind, key)
      return entry && seal.opened(kind, entry)
    },
    find: async (kind, alias, most) => (await store.state.find(kind, alias, most)).map((one) => seal.opened(kind, one)),
    list: async (kind, after, count) =>
      (await store.state.list(kind, after, count)).map((one) => seal.opened(kind, one)),
  }
  const commit = (unit: Unit) =>
    store.commit(unit.state ? { ...unit, state: unit.state.map((change) => seal.closed(change)) } : unit)
  return Object.create(store, { state: { value: state }, commit: { value: commit } }) as S
}

/**
 * Sees to it that what is to be sealed is, from the first start with a secret on. Rejects with words for the user where it was
 * sealed with another one, or with one and none is given, or where something is not that was to be; `given` is the store itself,
 * `store` that with its seal.
 */
export async function sealAll(given: Store, store: Store): Promise<void> {
  const isSealing = given !== store
  const wasSealed = (await store.state.get(SEALED.kind, SEALED.key)) !== undefined
  if (wasSealed && !isSealing) throw new Error(WORDS)
  for (const kind of SEALED_KINDS) {
    let last: string | undefined
    for (;;) {
      const entries: StateEntry[] = await given.state.list(kind, last, AT_ONCE)
      if (entries.length === 0) break
      last = entries.at(-1)!.key
      for (const entry of entries) await check(kind, entry, store, { isSealing, wasSealed })
    }
  }
  if (wasSealed || !isSealing) return
  const state = [{ kind: 'put' as const, of: SEALED.kind, key: SEALED.key, value: true }]
  await store.commit({ changes: [], guards: [], state })
}

async function check(
  kind: string,
  { key, value, revision, expires, aliases }: StateEntry,
  store: Store,
  { isSealing, wasSealed }: { isSealing: boolean; wasSealed: boolean },
): Promise<void> {
  if (isSealed(value)) {
    if (!isSealing) throw new Error(WORDS)
    await store.state.get(kind, key)
  } else if (wasSealed) throw new Error(STRANGE)
  else if (isSealing) {
    const put = { kind: 'put' as const, of: kind, key, value, aliases, expect: revision }
    const state = [{ ...put, ...(expires === undefined ? {} : { expires }) }]
    // Who has changed it meanwhile has sealed it.
    await store.commit({ changes: [], guards: [], state }).catch((error: unknown) => {
      if ((error as { reason?: unknown }).reason !== 'state') throw error
    })
  }
}

class Seal {
  private readonly key: Buffer

  constructor(secret: string) {
    this.key = Buffer.from(hkdfSync('sha256', secret, 'chartroom', 'state', 32))
  }

  closed(change: StateChange): StateChange {
    if (change.kind !== 'put' || !isToBe(change.of)) return change
    const iv = randomBytes(IV_BYTES)
    const cipher = createCipheriv(CIPHER, this.key, iv).setAAD(placeOf(change.of, change.key))
    const text = Buffer.concat([cipher.update(JSON.stringify(change.value)), cipher.final()])
    return { ...change, value: { sealed: Buffer.concat([iv, cipher.getAuthTag(), text]).toString('base64url') } }
  }

  opened(kind: string, entry: StateEntry): StateEntry {
    if (!isToBe(kind)) return entry
    if (!isSealed(entry.value)) throw new Error(STRANGE)
    const bytes = Buffer.from(entry.value.sealed, 'base64url')
    const text = bytes.subarray(IV_BYTES + TAG_BYTES)
    try {
      const decipher = createDecipheriv(CIPHER, this.key, bytes.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES })
      decipher.setAAD(placeOf(kind, entry.key)).setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES))
      return { ...entry, value: JSON.parse(Buffer.concat([decipher.update(text), decipher.final()]).toString()) }
    } catch {
      throw new Error(WORDS)
    }
  }
}

function isToBe(kind: string): boolean {
  return SEALED_KINDS.includes(kind) || kind === SEALED.kind
}

function placeOf(kind: string, key: string): Buffer {
  return Buffer.from(JSON.stringify([kind, key]))
}

function isSealed(value: unknown): value is { sealed: string } {
  return typeof (value as { sealed?: unknown } | null)?.sealed === 'string'
}

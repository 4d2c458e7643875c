import type { JSONWebKeySet, JWK } from 'jose'
import type { StateChange } from '../../resources/store/state.ts'
import type { Keeper } from '../smart/kept-record.ts'
import { publicKeys } from '../smart/keys.ts'
import { AuditFault } from './fault.ts'
import { type AuditHead, nameOf, opened, type SignedHead } from './head.ts'

/** Heads, by their day. */
const KIND = 'audit-head'

/** Public keys that heads were signed by, by their `kid`: they are known for as long as the heads are. */
const KEY_KIND = 'audit-key'

const PAGE = 100

/** The heads in the store, in the order of days. Throws AuditFault where one is not signed by it, or one is missing. */
export async function* keptHeads(store: Keeper): AsyncGenerator<SignedHead> {
  const keys = await auditKeys(store)
  yield* linked(keptTexts(store), keys)
}

/** The JWS of the heads in the store, in the order of days, as they are. */
export async function* keptTexts(store: Keeper): AsyncGenerator<string> {
  for await (const { value } of entriesOf(store, KIND)) yield String((value as { jws?: unknown }).jws)
}

/** Heads of these texts. Throws AuditFault where one is not signed by one of these keys, or does not follow the one before. */
export async function* linked(
  texts: AsyncIterable<string> | Iterable<string>,
  keys: JSONWebKeySet,
): AsyncGenerator<SignedHead> {
  let before: SignedHead | undefined
  for await (const jws of texts) {
    const head = await headOf(jws, keys, before?.head.day)
    if (head.previous !== (before && nameOf(before.jws)) || (before && head.day <= before.head.day)) {
      const { day } = head
      throw new AuditFault({
        kind: 'head',
        day,
        told: `The head of ${day} does not follow the one before it: one is missing.`,
      })
    }
    before = { head, jws }
    yield before
  }
}

async function headOf(jws: string, keys: JSONWebKeySet, before: string | undefined): Promise<AuditHead> {
  try {
    return (await opened(jws, keys)) as AuditHead
  } catch {
    const where = before === undefined ? 'The first head' : `The head after that of ${before}`
    throw new AuditFault({ kind: 'head', told: `${where} is not signed by a key of this server.` })
  }
}

/** The public keys by which heads and archives of this store may be signed, also those that sign no more. */
export async function auditKeys(store: Keeper): Promise<JSONWebKeySet> {
  const { keys } = await publicKeys(store)
  const known = new Set(keys.map(({ kid }) => kid))
  const retired = await Array.fromAsync(entriesOf(store, KEY_KIND))
  return { keys: [...keys, ...retired.map(({ value }) => value as JWK).filter(({ kid }) => !known.has(kid))] }
}

/** What keeps a head, with the public key that it is signed by, where there is none of its day. */
export async function keepingHead(store: Keeper, { head, jws }: SignedHead, kid: string): Promise<StateChange[]> {
  return [{ kind: 'put', of: KIND, key: head.day, value: { jws }, expect: 'absent' }, ...(await keepingKey(store, kid))]
}

/** What keeps the public key of something signed, where it is not kept yet. */
export async function keepingKey(store: Keeper, kid: string): Promise<StateChange[]> {
  if (await store.state.get(KEY_KIND, kid)) return []
  const key = (await publicKeys(store)).keys.find((one) => one.kid === kid)
  return key ? [{ kind: 'put', of: KEY_KIND, key: kid, value: key }] : []
}

/** All entries of a kind, in the order of their keys. */
export async function* entriesOf(store: Keeper, kind: string) {
  let after: string | undefined
  for (;;) {
    const entries = await store.state.list(kind, after, PAGE)
    yield* entries
    if (entries.length < PAGE) return
    after = entries.at(-1)!.key
  }
}

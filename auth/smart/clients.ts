import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { FhirError } from '../../resources/fhir-error.ts'
import type { StateChange, StateEntry } from '../../resources/store/state.ts'
import { type ClientFacts, clientFault } from './client-rules.ts'
import { commitState, type Keeper, untilWritten, wasCommitted } from './kept-record.ts'

const KIND = 'client'

/** Clients in one page of a list. */
const PAGE = 500

const SECRET_BYTES = 32

/** How long it is kept in mind that a client's tokens are revoked, in ms: longer than any of them lives. */
const REVOKED_KEPT = 24 * 60 * 60 * 1000

/** A client as the store keeps it. */
export interface ClientRecord extends ClientFacts {
  /** SHA-256 of its secret, in Base64url: the secret is random, and long enough that nobody can try them all. */
  secretHash?: string
  disabled?: true
  /** ms since 1970 */
  created: number
}

/** A client, and the secret that it alone is to know: kept nowhere. */
export interface Registered {
  client: ClientRecord
  secret?: string
}

/** The client of an id that may act; undefined for one that is not there or was disabled. */
export async function clientOf(store: Keeper, id: string): Promise<ClientRecord | undefined> {
  const client = await registeredClient(store, id)
  return client?.disabled ? undefined : client
}

/** The client of an id, disabled or not. */
export async function registeredClient(store: Keeper, id: string): Promise<ClientRecord | undefined> {
  const entry = await store.state.get(KIND, id)
  return entry && recordOf(entry)
}

/** All clients in the order of their ids. */
export async function* allClients(store: Keeper): AsyncGenerator<ClientRecord> {
  for (let after: string | undefined; ; ) {
    const page = await store.state.list(KIND, after, PAGE)
    yield* page.map(recordOf)
    after = page.at(-1)?.key
    if (page.length < PAGE) return
  }
}

/**
 * Registers a client; a confidential one without keys gets a secret. Throws `invalid` with what is wrong, `conflict` where
 * there is one of that id.
 */
export async function addClient(store: Keeper, facts: ClientFacts): Promise<Registered> {
  const registered = newClient(facts)
  if (!(await wasCommitted(store, putClient(registered.client, 'absent')))) {
    throw FhirError.of('conflict', `There is a client ${facts.id} already.`)
  }
  return registered
}

/** The record of a new client, which is nowhere yet, as `addClient` keeps it. Throws `invalid` with what is wrong. */
export function newClient(facts: ClientFacts): Registered {
  const hasSecret = facts.kind === 'confidential' && facts.jwks === undefined && facts.jwksUri === undefined
  const fault = clientFault(facts, hasSecret)
  if (fault !== undefined) throw FhirError.of('invalid', `The client is refused: ${fault}.`)
  const secret = hasSecret ? newSecret() : undefined
  const client: ClientRecord = { ...facts, created: Date.now(), ...(secret ? { secretHash: digestOf(secret) } : {}) }
  return secret === undefined ? { client } : { client, secret }
}

/** Gives a client another secret; the old one is of no use from now on. Throws `not-found` and `invalid` where it has none. */
export async function renewSecret(store: Keeper, id: string): Promise<string> {
  const secret = newSecret()
  await changeClient(store, id, (client) => {
    if (client.secretHash !== undefined) return { ...client, secretHash: digestOf(secret) }
    throw FhirError.of('invalid', `The client ${id} has no secret: it is ${client.kind}, or has keys.`)
  })
  return secret
}

/**
 * Lets a client act no more, and refuses the tokens that it has; or lets it again. Throws `not-found` without the client.
 */
export async function setClientDisabled(store: Keeper, id: string, disabled: boolean): Promise<void> {
  await changeClient(store, id, ({ disabled: _, ...client }) => (disabled ? { ...client, disabled } : client))
  const key = `client:${id}`
  const now = Date.now()
  await commitState(
    store,
    disabled
      ? { kind: 'put', of: 'revoked', key, value: { at: now }, expires: now + REVOKED_KEPT }
      : { kind: 'remove', of: 'revoked', key },
  )
}

/** Whether a secret is the client's; compared in constant time. */
export function isClientSecret({ secretHash = '' }: ClientRecord, secret: string): boolean {
  const [found, wanted] = [digestOf(secret), secretHash].map((text) => Buffer.from(text))
  return found!.length === wanted!.length && timingSafeEqual(found!, wanted!)
}

function changeClient(
  store: Keeper,
  id: string,
  change: (client: ClientRecord) => ClientRecord,
): Promise<ClientRecord> {
  return untilWritten(async () => {
    const entry = await store.state.get(KIND, id)
    if (!entry) throw FhirError.of('not-found', `There is no client ${id}.`)
    const client = change(recordOf(entry))
    return (await wasCommitted(store, putClient(client, entry.revision))) ? client : undefined
  })
}

/** The change that makes a client's record this one, if it is as it was read: at revision `expect`. */
export function putClient(client: ClientRecord, expect: number | 'absent'): StateChange {
  return { kind: 'put', of: KIND, key: client.id, value: client, expect }
}

function recordOf({ value }: StateEntry): ClientRecord {
  return value as ClientRecord
}

function newSecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url')
}

function digestOf(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url')
}

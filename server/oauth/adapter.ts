import { createHash } from 'node:crypto'
import { type Adapter, type AdapterFactory, type AdapterPayload, errors } from 'oidc-provider'
import { endGrant } from '../../auth/smart/grants.ts'
import { commitState, type Keeper, wasCommitted } from '../../auth/smart/kept-record.ts'
import { hasEnded } from '../../auth/smart/sessions.ts'
import type { StateChange, StateEntry } from '../../resources/store/state.ts'
import { LONGEST_SESSION } from './lifetimes.ts'

/** Models that are kept under their own ids: these are no secrets, and looked up by others. */
const PLAIN = new Set(['Grant'])

/**
 * Keeps what oidc-provider keeps (codes, sessions, grants, interactions) in the store's state, as `oidc:<Model>`. Ids of
 * codes, tokens and sessions are what their bearers show: they are kept as digests. `clients` keeps the clients.
 */
export function stateAdapter(store: Keeper, clients: Adapter): AdapterFactory {
  return (model) => {
    if (model === 'Client') return clients
    return new StateAdapter(store, model)
  }
}

class StateAdapter implements Adapter {
  readonly #store: Keeper
  readonly #model: string
  readonly #kind: string

  constructor(store: Keeper, model: string) {
    this.#store = store
    this.#model = model
    this.#kind = model === 'ReplayDetection' ? 'jti' : `oidc:${model}`
  }

  async upsert(id: string, payload: AdapterPayload, expiresIn?: number): Promise<void> {
    // The library writes a session anew with each request: also one that was ended meanwhile, and one of nobody, new each time
    // for a cookie whose session has ended.
    if (this.#model === 'Session' && (!payload.accountId || (await this.#isEnded(payload)))) return
    // Of what is used once, the first one to be there wins, in whatever process.
    const expect = this.#model === 'ReplayDetection' ? 'absent' : undefined
    if (await wasCommitted(this.#store, this.#put(id, payload, expiresIn, expect))) return
    throw new errors.InvalidClientAuth('client assertion tokens must only be used once')
  }

  async find(id: string): Promise<AdapterPayload | undefined> {
    const payload = payloadOf(await this.#store.state.get(this.#kind, this.#key(id)), id)
    return (await this.#isEnded(payload)) ? undefined : payload
  }

  async findByUid(uid: string): Promise<AdapterPayload | undefined> {
    const [entry] = await this.#store.state.find(this.#kind, `uid:${uid}`, 1)
    const payload = payloadOf(entry)
    return (await this.#isEnded(payload)) ? undefined : payload
  }

  /** Only the device flow has user codes, and it is off. */
  async findByUserCode(): Promise<undefined> {
    return undefined
  }

  /** Marks as used what is used once. Who comes second, in whatever process, ends the grant (RFC 6819, 5.2.1.1 and 5.2.2.3). */
  async consume(id: string): Promise<void> {
    const entry = await this.#store.state.get(this.#kind, this.#key(id))
    const payload = payloadOf(entry, id)
    if (!entry || !payload) throw new errors.InvalidGrant('it is not there any more')
    const { consumed, grantId, exp = 0 } = payload
    if (!consumed) {
      const used = { ...payload, consumed: seconds() }
      const left = Math.max(exp - seconds(), 1)
      if (await wasCommitted(this.#store, this.#put(id, used, left, entry.revision))) return
    }
    if (grantId) await endGrant(this.#store, grantId)
    throw new errors.InvalidGrant('it was used already')
  }

  async destroy(id: string): Promise<void> {
    await commitState(this.#store, { kind: 'remove', of: this.#kind, key: this.#key(id) })
  }

  /** The library asks it of each model of a grant; one of them does it for all. */
  async revokeByGrantId(grantId: string): Promise<void> {
    if (this.#model === 'AccessToken') await endGrant(this.#store, grantId)
  }

  async #isEnded(payload: AdapterPayload | undefined): Promise<boolean> {
    if (this.#model !== 'Session' || payload?.uid === undefined) return false
    // Whoever comes again and again stays no longer for it.
    const { loginTs } = payload
    if (loginTs !== undefined && seconds() - loginTs >= LONGEST_SESSION) return true
    return hasEnded(this.#store, payload.uid)
  }

  #put(id: string, payload: AdapterPayload, expiresIn?: number, expect?: number | 'absent'): StateChange {
    const { jti: _, ...value } = payload
    return {
      kind: 'put',
      of: this.#kind,
      key: this.#key(id),
      value,
      aliases: aliasesOf(payload),
      ...(expiresIn === undefined ? {} : { expires: Date.now() + expiresIn * 1000 }),
      ...(expect === undefined ? {} : { expect }),
    }
  }

  #key(id: string): string {
    return PLAIN.has(this.#model) ? id : digestOf(id)
  }
}

interface Account {
  accountId?: string
}

/** By what else than its id something is found. */
function aliasesOf({ uid, grantId, accountId: own, ...payload }: AdapterPayload): string[] {
  // An interaction is of who has just signed in, or was signed in as it began.
  const { result, session } = payload as { result?: { login?: Account }; session?: Account }
  const accountId = own ?? result?.login?.accountId ?? session?.accountId
  return [
    ...(uid ? [`uid:${uid}`] : []),
    ...(grantId ? [`grant:${grantId}`] : []),
    ...(accountId ? [`user:${accountId}`] : []),
  ]
}

function payloadOf(entry: StateEntry | undefined, id?: string): AdapterPayload | undefined {
  if (!entry) return undefined
  return { ...(entry.value as AdapterPayload), ...(id === undefined ? {} : { jti: id }) }
}

function seconds(): number {
  return Math.floor(Date.now() / 1000)
}

/** What an id that is a secret is kept under. */
export function digestOf(id: string): string {
  return createHash('sha256').update(id).digest('base64url')
}

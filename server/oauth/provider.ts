import Provider, { type KoaContextWithOIDC } from 'oidc-provider'
import { grantOf } from '../../auth/smart/grants.ts'
import { signingKeys } from '../../auth/smart/keys.ts'
import { launchParameters } from '../../auth/smart/token-claims.ts'
import { RESPONSE_MODES } from './asked-url.ts'
import { matchesSecret } from './client-metadata.ts'
import { configurationOf } from './configuration.ts'
import type { Faults } from './faults.ts'
import { pageHeaders } from './headers.ts'
import { answerForJwt } from './jwt-tokens.ts'
import { recordAnswers } from './recorded.ts'
import { nameRefresher } from './refresh-client.ts'
import type { Rooms } from './rooms.ts'

/** ms after which the keys are looked at again: so soon a new one is used by all processes. */
const RECHECK = 2_000

type Handler = ReturnType<Provider['callback']>

interface Current {
  provider: Provider
  handler: Handler
  kids: string
}

/** The library's provider, made anew when the signing keys have changed. */
export class ProviderHolder {
  readonly #rooms: Rooms
  readonly #faults: Faults
  #current: Current | undefined
  #checked = 0
  #looking: Promise<Current> | undefined

  constructor(rooms: Rooms, faults: Faults) {
    this.#rooms = rooms
    this.#faults = faults
  }

  /** The provider with the keys of now. */
  async get(): Promise<Provider> {
    return (await this.#now()).provider
  }

  /** What serves its endpoints. */
  async handler(): Promise<Handler> {
    return (await this.#now()).handler
  }

  async #now(): Promise<Current> {
    if (this.#current && performance.now() - this.#checked < RECHECK) return this.#current
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined
    })
    return this.#looking
  }

  async #look(): Promise<Current> {
    // An RSA key that names no algorithm signs ID tokens by RS256, which every client knows (OpenID Connect Core, 15.1).
    const kept = await signingKeys(this.#rooms.store)
    const keys = kept.map(({ alg, ...key }) => (key.kty === 'RSA' ? key : { ...key, alg }))
    const kids = keys.map(({ kid }) => kid).join(' ')
    if (kids !== this.#current?.kids) {
      const provider = makeProvider(this.#rooms, keys, this.#faults)
      this.#current = { provider, handler: provider.callback(), kids }
    }
    this.#checked = performance.now()
    return this.#current
  }
}

type Keys = Parameters<typeof configurationOf>[1]

function makeProvider(rooms: Rooms, keys: Keys, faults: Faults): Provider {
  const provider = new Provider(rooms.issuer, configurationOf(rooms, keys))
  faults.listen(provider)
  // The origin is PUBLIC_URL's, which `mount.ts` puts into each request whatever it came with.
  provider.proxy = true
  provider.Client.prototype.compareClientSecret = function compare(secret: string) {
    return matchesSecret(rooms.store, this.clientId, secret)
  }
  // To the letter, loopback ports of native apps included (RFC 9700, 4.1.3).
  provider.Client.prototype.redirectUriAllowed = function isAllowed(uri: string) {
    return this.redirectUris?.includes(uri) ?? false
  }
  provider.use(async (ctx, next) => {
    ctx.set(pageHeaders())
    await next()
  })
  recordAnswers(rooms, provider, faults)
  provider.use((ctx, next) => answerForJwt(rooms, ctx as KoaContextWithOIDC, next))
  provider.use((ctx, next) => nameRefresher(rooms, provider, ctx as KoaContextWithOIDC, next))
  provider.use(async (ctx, next) => {
    await next()
    await addLaunchContext(rooms, ctx as KoaContextWithOIDC)
    if (isObject(ctx.body) && 'response_modes_supported' in ctx.body) ctx.body.response_modes_supported = RESPONSE_MODES
  })
  return provider
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

/** Puts beside a token what it was given for. */
async function addLaunchContext({ store }: Rooms, ctx: KoaContextWithOIDC): Promise<void> {
  const { oidc, body } = ctx as KoaContextWithOIDC & { body: unknown }
  if (oidc?.route !== 'token' || !isObject(body) || !('access_token' in body)) return
  const id = oidc.entities.Grant?.jti
  const grant = id === undefined ? undefined : await grantOf(store, id)
  if (grant) Object.assign(body, launchParameters(grant))
}

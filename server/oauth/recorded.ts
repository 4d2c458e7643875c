import type Provider from 'oidc-provider'
import type { KoaContextWithOIDC } from 'oidc-provider'
import { userOf } from '../../auth/smart/users.ts'
import { BUSY, type Faults } from './faults.ts'
import { hasRevoked } from './jwt-tokens.ts'
import { type Doer, foldDone, recordDone } from './records.ts'
import type { Rooms } from './rooms.ts'

const GRANT_TYPES: ReadonlySet<unknown> = new Set(['authorization_code', 'refresh_token', 'client_credentials'])

/** The words by which the library refuses a code or a refresh token that was used before, and ends its grant. */
const USED = /already (used|consumed)|used already/

/** What was refused at the endpoint for tokens, by its request: `error_detail` stands in no answer. */
const refusals = new WeakMap<object, string>()

/** Puts on record what the library's endpoints have done, before they answer: where it cannot be, nothing is given out. */
export function recordAnswers(rooms: Rooms, provider: Provider, faults: Faults): void {
  provider.on('grant.error', ({ req }, error) => refusals.set(req, String(error.error_detail ?? '')))
  provider.use(async (ctx, next) => {
    await next()
    const request = faults.requestOf(ctx.req)
    if (!request) return
    try {
      await recordAnswer(rooms, request, ctx as KoaContextWithOIDC)
    } catch {
      ctx.remove('location')
      ctx.set('retry-after', '5')
      ctx.status = 503
      ctx.body = BUSY
    }
  })
}

async function recordAnswer(rooms: Rooms, request: Doer['request'], ctx: KoaContextWithOIDC): Promise<void> {
  switch (ctx.oidc?.route) {
    case 'token':
      return recordToken(rooms, request, ctx)
    case 'revocation':
      return recordRevocation(rooms, request, ctx)
    case 'introspection':
      return foldDone(
        rooms,
        { request, client: ctx.oidc.client?.clientId },
        { code: 'introspection', ...outcomeOf(ctx) },
      )
    case 'authorization':
      // What leads on is on record by who signs in, and what he allows.
      if (ctx.status >= 400) foldDone(rooms, { request }, { code: 'authorized', ...outcomeOf(ctx) })
  }
}

async function recordToken(rooms: Rooms, request: Doer['request'], ctx: KoaContextWithOIDC): Promise<void> {
  const { client, params, entities } = ctx.oidc
  const id = entities.Account?.accountId
  const user = id === undefined ? undefined : await userOf(rooms.store, id)
  const doer = { request, client: client?.clientId, user }
  const type = GRANT_TYPES.has(params?.grant_type) ? String(params?.grant_type) : 'other'
  if (ctx.status === 200) {
    const { scope = '' } = ctx.body as { scope?: string }
    return recordDone(rooms, doer, { code: 'token', query: `grant_type=${type}&scope=${scope}` })
  }
  if (USED.test(refusals.get(ctx.req) ?? '')) {
    // It is known to more than one, and all that it was good for has ended.
    return recordDone(rooms, doer, {
      code: 'token-revoked',
      outcome: '4',
      told: 'used again',
      query: `grant_type=${type}`,
    })
  }
  return foldDone(rooms, doer, { code: 'token', ...outcomeOf(ctx) })
}

async function recordRevocation(rooms: Rooms, request: Doer['request'], ctx: KoaContextWithOIDC): Promise<void> {
  const { client, entities } = ctx.oidc
  const token = entities.RefreshToken ?? entities.AccessToken
  const doer = { request, client: client?.clientId }
  const isDone = ctx.status === 200 && (hasRevoked(ctx) || (token !== undefined && token.clientId === doer.client))
  if (isDone) return recordDone(rooms, doer, { code: 'token-revoked' })
  return foldDone(rooms, doer, { code: 'token-revoked', ...outcomeOf(ctx), ...(ctx.status === 200 ? NOTHING : {}) })
}

const NOTHING = { outcome: '4', told: 'no such token' } as const

/** How it ended: an error by its code alone (RFC 6749, 5.2), which the library chooses. */
function outcomeOf(ctx: KoaContextWithOIDC): { outcome: '0' | '4' | '8'; told?: string } {
  if (ctx.status < 400) return { outcome: '0' }
  const { error = 'refused' } = (typeof ctx.body === 'object' && ctx.body !== null ? ctx.body : {}) as {
    error?: string
  }
  return { outcome: ctx.status < 500 ? '4' : '8', told: String(error) }
}

import type { KoaContextWithOIDC } from 'oidc-provider'
import { revocation } from '../../auth/smart/grants.ts'
import { commitState } from '../../auth/smart/kept-record.ts'
import { mayIntrospect } from './configuration.ts'
import { readForm, replay } from './form-again.ts'
import type { OwnToken } from './own-token.ts'
import type { Rooms } from './rooms.ts'

/** ms by which clocks may differ: so long after its end a token may still be taken. */
const SKEW = 120_000

/** No token: the library finds nothing by it. */
const NOTHING = 'none'

/**
 * Introspection and revocation of access tokens that are JWTs, which the library refuses: it is given the request without the
 * token, authenticates the client, and what it answers is filled in. All else passes.
 */
export async function answerForJwt(rooms: Rooms, ctx: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> {
  const introspects = ctx.path === '/introspect'
  if (ctx.method !== 'POST' || !(introspects || ctx.path === '/revoke')) return next()
  if (!ctx.is('application/x-www-form-urlencoded')) return next()
  const form = await readForm(ctx.req)
  const [token, ...others] = form.getAll('token')
  const isJwt = token !== undefined && others.length === 0 && token.split('.').length === 3
  if (isJwt) form.set('token', NOTHING)
  replay(ctx.req, form)
  await next()
  if (!isJwt || ctx.status !== 200 || !ctx.oidc.client) return
  const known = await rooms.tokens.read(token)
  if (!known || !mayIntrospect(ctx.oidc.client, { clientId: known.client })) return
  if (introspects) ctx.body = introspected(known)
  else if (known.client === ctx.oidc.client.clientId) {
    await revoke(rooms, known)
    revoked.add(ctx)
  }
}

/** Whether a request has revoked an access token. */
export function hasRevoked(ctx: KoaContextWithOIDC): boolean {
  return revoked.has(ctx)
}

const revoked = new WeakSet<KoaContextWithOIDC>()

/** RFC 7662, 2.2, with the launch context (SMART App Launch 2.2, "Token Introspection"). */
function introspected({ claims }: OwnToken): Record<string, unknown> {
  return { active: true, ...claims, token_type: 'Bearer' }
}

async function revoke({ store }: Rooms, { id, expires }: OwnToken): Promise<void> {
  await commitState(store, revocation(id, expires + SKEW))
}

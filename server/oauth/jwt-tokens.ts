import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import type { KoaContextWithOIDC } from 'oidc-provider'
import { revocation } from '../../auth/smart/grants.ts'
import { commitState } from '../../auth/smart/kept-record.ts'
import { mayIntrospect } from './configuration.ts'
import type { OwnToken } from './own-token.ts'
import type { Rooms } from './rooms.ts'

/** Bytes of a form at the most. */
const LONGEST = 56 * 1024

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
  const form = new URLSearchParams(await textOf(ctx.req))
  const [token, ...others] = form.getAll('token')
  const isJwt = token !== undefined && others.length === 0 && token.split('.').length === 3
  if (isJwt) form.set('token', NOTHING)
  replay(ctx.req, form.toString())
  await next()
  if (!isJwt || ctx.status !== 200 || !ctx.oidc.client) return
  const known = await rooms.tokens.read(token)
  if (!known || !mayIntrospect(ctx.oidc.client, { clientId: known.client })) return
  if (introspects) ctx.body = introspected(known)
  else if (known.client === ctx.oidc.client.clientId) await revoke(rooms, known)
}

/** RFC 7662, 2.2, with the launch context (SMART App Launch 2.2, "Token Introspection"). */
function introspected({ claims }: OwnToken): Record<string, unknown> {
  return { active: true, ...claims, token_type: 'Bearer' }
}

async function revoke({ store }: Rooms, { id, expires }: OwnToken): Promise<void> {
  await commitState(store, revocation(id, expires + SKEW))
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    length += chunk.length
    if (length > LONGEST) break
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

/** Lets the library read a body in the place of the one that was read here. */
function replay(request: IncomingMessage, body: string): void {
  const again = Readable.from([Buffer.from(body)])
  request.headers['content-length'] = String(Buffer.byteLength(body))
  delete request.headers['transfer-encoding']
  Object.defineProperty(request, 'readable', { value: true })
  Object.defineProperty(request, 'iterator', { value: again.iterator.bind(again) })
}

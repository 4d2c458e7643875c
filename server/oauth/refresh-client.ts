import type Provider from 'oidc-provider'
import type { KoaContextWithOIDC } from 'oidc-provider'
import { clientOf } from '../../auth/smart/clients.ts'
import { readForm, replay } from './form-again.ts'
import type { Rooms } from './rooms.ts'

/**
 * A public app need not say who it is when it refreshes (RFC 6749, 6; SMART JS does not), and the library wants it said: the
 * token knows its client. One that has to authenticate is not helped.
 */
export async function nameRefresher(
  { store }: Rooms,
  provider: Provider,
  ctx: KoaContextWithOIDC,
  next: () => Promise<void>,
): Promise<void> {
  const isForm = ctx.method === 'POST' && ctx.path === '/token' && ctx.is('application/x-www-form-urlencoded')
  if (!isForm || ctx.get('authorization') !== '') return next()
  const form = await readForm(ctx.req)
  const token = form.get('refresh_token')
  const isNameless = !form.has('client_id') && !form.has('client_assertion')
  if (token !== null && isNameless && form.get('grant_type') === 'refresh_token') {
    const { clientId } = (await provider.RefreshToken.find(token, { ignoreExpiration: true })) ?? {}
    const client = clientId === undefined ? undefined : await clientOf(store, clientId)
    if (client?.kind === 'public') form.set('client_id', client.id)
  }
  replay(ctx.req, form)
  return next()
}

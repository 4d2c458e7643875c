import type { FastifyReply, FastifyRequest } from 'fastify'
import type Provider from 'oidc-provider'
import { commitState } from '../../auth/smart/kept-record.ts'
import { sessionEnded } from '../../auth/smart/sessions.ts'
import { type UserRecord, userOf } from '../../auth/smart/users.ts'
import { SESSION_TTL } from './lifetimes.ts'
import type { ProviderHolder } from './provider.ts'
import type { Rooms } from './rooms.ts'

type Session = Awaited<ReturnType<Provider['Session']['get']>>

/** The browser's session, and who is signed in with it. */
export interface SignedInSession {
  session: Session
  user: UserRecord
}

/** The session of a request, if somebody who may still sign in is signed in with it. */
export async function sessionOf(
  { store }: Rooms,
  holder: ProviderHolder,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<SignedInSession | undefined> {
  const provider = await holder.get()
  const session = await provider.Session.get(provider.createContext(request.raw, reply.raw))
  const user = session.accountId === undefined ? undefined : await userOf(store, session.accountId)
  return user && { session, user }
}

/** Signs a user in without an app: what an app asks later finds the session. */
export async function beginSession(
  rooms: Rooms,
  holder: ProviderHolder,
  request: FastifyRequest,
  reply: FastifyReply,
  { user, amr }: { user: UserRecord; amr: string[] },
): Promise<void> {
  const provider = await holder.get()
  const session = new provider.Session()
  session.loginAccount({ accountId: user.id, amr })
  await session.save(SESSION_TTL)
  setCookie(rooms, provider, request, reply, session.jti)
}

/** Ends the browser's session; what was granted for the time after it stays. */
export async function leave(
  rooms: Rooms,
  holder: ProviderHolder,
  request: FastifyRequest,
  reply: FastifyReply,
  session: Session,
): Promise<void> {
  const provider = await holder.get()
  await commitState(rooms.store, sessionEnded(session.uid))
  await session.destroy()
  setCookie(rooms, provider, request, reply, null)
}

function setCookie(
  { issuer, root }: Rooms,
  provider: Provider,
  { raw: request }: FastifyRequest,
  reply: FastifyReply,
  value: string | null,
): void {
  const { cookies } = provider.createContext(request, reply.raw)
  cookies.secure = issuer.startsWith('https:')
  const expires = new Date(Date.now() + SESSION_TTL * 1000)
  const kept = { path: root, httpOnly: true, sameSite: 'lax', signed: true } as const
  cookies.set(provider.cookieName('session'), value, value === null ? kept : { ...kept, expires })
  // What stands in Fastify's headers would take the place of these.
  const lines = [reply.raw.getHeader('set-cookie') ?? []].flat().map(String)
  reply.raw.removeHeader('set-cookie')
  for (const line of lines) reply.header('set-cookie', line)
}

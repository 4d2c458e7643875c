import type { FastifyReply, FastifyRequest } from 'fastify'
import type Provider from 'oidc-provider'
import type { ClientRecord } from '../../auth/smart/clients.ts'
import type { UserRecord } from '../../auth/smart/users.ts'

/** Where a user stands between an app's request and its answer. */
export interface Interaction {
  provider: Provider
  details: Awaited<ReturnType<Provider['interactionDetails']>>
  client: ClientRecord
  /** Who is signed in, if anybody is. */
  user: UserRecord | undefined
  /** Path of the interaction's page. */
  action: string
  /** What the form brings; absent when the page is asked for. */
  form: URLSearchParams | undefined
  csrf: string
  request: FastifyRequest
  reply: FastifyReply
}

/** What a step ends in: a page, or the result with which the library goes on. */
export type StepEnd = { page: string } | { result: Parameters<Provider['interactionResult']>[2] }

import type { FastifyReply, FastifyRequest } from 'fastify'
import type { QueryPair } from '../../search/query.ts'
import type { InFlight } from './in-flight.ts'

/** A request, the reply to it, and what both need on the way out. */
export interface Exchange {
  request: FastifyRequest
  reply: FastifyReply
  /** The parameters of the request; none where they cannot be read. */
  query: readonly QueryPair[]
  inFlight: InFlight
}

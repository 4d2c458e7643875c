import type { FastifyInstance } from 'fastify'
import { smartConfiguration } from '../../auth/smart/smart-configuration.ts'
import { FHIR_PATH } from '../http/routes.ts'
import type { Rooms } from './rooms.ts'

/** Tells apps what this server can do before they have anything (SMART App Launch 2.2, "Conformance"). Open to all, and to every page. */
export function addSmartConfiguration(app: FastifyInstance, { endpoints }: Rooms): void {
  const document = smartConfiguration(endpoints)
  app.get(`${FHIR_PATH}/.well-known/smart-configuration`, (_request, reply) =>
    reply.header('access-control-allow-origin', '*').header('cache-control', 'public, max-age=300').send(document),
  )
}

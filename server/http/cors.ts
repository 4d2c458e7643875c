import cors from '@fastify/cors'
import type { FastifyInstance } from 'fastify'

/** s that a browser remembers what it may send. */
const REMEMBERED = 600

/**
 * Lets pages of these origins use the server, and those of no others. They show a token like everyone: cookies are of no
 * weight here, and are not let through.
 */
export function allowOrigins(app: FastifyInstance, origins: readonly string[]): void {
  if (origins.length === 0) return
  const allowed = new Set(origins)
  app.register(cors, {
    // Of any other origin the answer is as without CORS.
    origin: (origin, done) => done(null, origin !== undefined && allowed.has(origin) && origin),
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    exposedHeaders: [
      'ETag',
      'Location',
      'Content-Location',
      'Last-Modified',
      'X-Request-Id',
      'Retry-After',
      'X-Break-Glass',
    ],
    maxAge: REMEMBERED,
    strictPreflight: false,
  })
}

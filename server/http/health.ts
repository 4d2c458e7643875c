import type { FastifyInstance } from 'fastify'
import type { Store } from '../../resources/store/port.ts'

/** `/livez`: the process answers. `/readyz`: it can do its work. */
export function addHealthRoutes(app: FastifyInstance, store: Store): void {
  app.get('/livez', async (_request, reply) => reply.type('text/plain').send('alive\n'))
  app.get('/readyz', async (_request, reply) => {
    const ready = store.ready()
    return reply
      .code(ready ? 200 : 503)
      .type('text/plain')
      .send(ready ? 'ready\n' : 'the store cannot be reached\n')
  })
}

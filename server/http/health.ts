import type { FastifyInstance } from 'fastify'
import type { Store } from '../../resources/store/port.ts'
import { note } from './log.ts'

/** Whether all that belongs to the start is done. */
export interface Start {
  done: boolean
}

/** `/livez`: the process answers. `/readyz`: it has started whole, and can do its work. */
export function addHealthRoutes(app: FastifyInstance, store: Store, start: Start): void {
  app.get('/livez', async (_request, reply) => reply.type('text/plain').send('alive\n'))
  app.get('/readyz', async (request, reply) => {
    const hindrance = start.done ? (store.ready() ? undefined : 'the store cannot be reached') : 'starting'
    if (hindrance) {
      note(request, { detail: hindrance })
      reply.header('retry-after', '5')
    }
    return reply
      .code(hindrance ? 503 : 200)
      .type('text/plain')
      .send(`${hindrance ?? 'ready'}\n`)
  })
}

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { clientOf } from '../../auth/smart/clients.ts'
import { userOf } from '../../auth/smart/users.ts'
import { consentStep } from './consent.ts'
import { formOf } from './form.ts'
import { pageHeaders } from './headers.ts'
import { errorPage } from './pages/error-page.ts'
import type { ProviderHolder } from './provider.ts'
import type { Rooms } from './rooms.ts'
import { signInStep } from './sign-in.ts'
import type { Interaction, StepEnd } from './step.ts'

/** Serves the pages on which users sign in, choose a patient and allow what an app asks for. */
export function addInteraction(app: FastifyInstance, rooms: Rooms, holder: ProviderHolder): void {
  app.route({
    method: ['GET', 'POST'],
    url: '/interaction/:uid',
    handler: async (request, reply) => {
      const interaction = await findInteraction(request, reply, rooms, holder)
      if (!interaction) return sendLost(reply, rooms.root)
      const { provider, details, form } = interaction
      reply.headers(pageHeaders([String(details.params.redirect_uri)]))
      if (form && !rooms.seal.isCsrf(form.get('csrf'), details.uid)) return sendLost(reply, rooms.root)
      const end = await stepOf(rooms, interaction)
      if ('page' in end) return reply.type('text/html; charset=utf-8').send(end.page)
      const onward = await provider.interactionResult(request.raw, reply.raw, end.result, {
        mergeWithLastSubmission: !('error' in end.result),
      })
      return reply.redirect(onward, 303)
    },
  })
}

async function findInteraction(
  request: FastifyRequest,
  reply: FastifyReply,
  { store, root, seal }: Rooms,
  holder: ProviderHolder,
): Promise<Interaction | undefined> {
  const provider = await holder.get()
  // The interaction is the cookie's: who has but the URL has nothing.
  const details = await provider.interactionDetails(request.raw, reply.raw).catch(() => undefined)
  if (!details || details.uid !== (request.params as { uid: string }).uid) return undefined
  const client = await clientOf(store, String(details.params.client_id))
  if (!client) return undefined
  const id = details.session?.accountId
  return {
    provider,
    details,
    client,
    user: id === undefined ? undefined : await userOf(store, id),
    action: `${root}/interaction/${details.uid}`,
    form: request.method === 'POST' ? formOf(request) : undefined,
    csrf: seal.csrf(details.uid),
    request,
    reply,
  }
}

function stepOf(rooms: Rooms, interaction: Interaction): Promise<StepEnd> {
  if (interaction.details.prompt.name === 'login') return signInStep(rooms, interaction)
  return consentStep(rooms, interaction)
}

function sendLost(reply: FastifyReply, root: string): FastifyReply {
  return reply
    .code(400)
    .headers(pageHeaders())
    .type('text/html; charset=utf-8')
    .send(errorPage(root, 'This page was left open too long, or belongs to another sign-in.'))
}

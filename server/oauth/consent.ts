import type { DeedPart } from '../../auth/audit/deed.ts'
import { allowedScopes } from '../../auth/smart/allowed-scopes.ts'
import { putGrant, type SmartGrant } from '../../auth/smart/grants.ts'
import { commitState } from '../../auth/smart/kept-record.ts'
import { takeLaunch } from '../../auth/smart/launch.ts'
import { scopeWords } from '../../auth/smart/scope-words.ts'
import type { UserRecord } from '../../auth/smart/users.ts'
import { type Chosen, contextStep } from './context.ts'
import { grantTtl } from './lifetimes.ts'
import { consentPage } from './pages/consent-page.ts'
import { recordDone } from './records.ts'
import type { Rooms } from './rooms.ts'
import type { Interaction, StepEnd } from './step.ts'

/** Finds for whom the app asks, shows what it asks for, and keeps what the user allows. */
export async function consentStep(rooms: Rooms, interaction: Interaction): Promise<StepEnd> {
  const { form, user, details } = interaction
  if (!user) return denied('The user may not sign in any more.')
  const doer = { request: interaction.request, user, client: interaction.client.id }
  if (form?.get('decision') === 'deny') {
    await recordDone(rooms, doer, { code: 'authorized', outcome: '4', told: 'denied by the user' })
    return denied('The user denied the request.')
  }
  const asked = askedScopes(interaction)
  const context = await contextStep(rooms, interaction, user, asked)
  if ('page' in context || 'result' in context) return context
  if (form?.get('decision') !== 'allow') return { page: askingPage(rooms, interaction, user, asked, context) }
  const { launch } = details.params
  if (typeof launch === 'string') {
    const by = { client: interaction.client.id, user: user.id }
    if (!(await takeLaunch(rooms.store, launch, by))) return usedLaunch()
  }
  const { id, scopes } = await keep(rooms, interaction, user, asked, context)
  await recordDone(rooms, doer, { code: 'authorized', query: `scope=${scopes.join(' ')}`, ...partsOf(context) })
  return { result: { consent: { grantId: id } } }
}

/** Of what the request asks for, what the client's record allows. */
function askedScopes({ details, client }: Interaction): string[] {
  return allowedScopes(
    String(details.params.scope ?? '')
      .split(' ')
      .filter(Boolean),
    client.scopes,
    'user',
  )
}

function askingPage(
  rooms: Rooms,
  interaction: Interaction,
  user: UserRecord,
  asked: string[],
  context: Chosen,
): string {
  const { action, csrf, client, details } = interaction
  const { protocol, host } = new URL(String(details.params.redirect_uri))
  return consentPage({
    root: rooms.root,
    action,
    csrf,
    app: client.name,
    target: host || protocol,
    user: user.display ?? user.name,
    scopes: asked.map(scopeWords),
    patient: context.shown,
    encounter: context.encounter,
    chosen: context.chosen,
  })
}

/** For whom it was. */
function partsOf({ given: { patient, encounter } }: Chosen): { parts?: DeedPart[] } {
  if (patient === undefined) return {}
  const patients = [patient]
  const visit = encounter === undefined ? [] : [{ type: 'Encounter', id: encounter, patients }]
  return { parts: [{ type: 'Patient', id: patient, patients }, ...visit] }
}

/** Keeps the grant: the library's, and what SMART adds to it. Gives its id and what the user allowed. */
async function keep(
  { store, baseUrl }: Rooms,
  { provider, details, client, form }: Interaction,
  user: UserRecord,
  asked: string[],
  context: Chosen,
): Promise<{ id: string; scopes: string[] }> {
  const ticked = new Set(form?.getAll('scope'))
  const scopes = asked.filter((scope) => ticked.has(scope) || !scopeWords(scope).optional)
  const dropped = String(details.params.scope)
    .split(' ')
    .filter((scope) => !scopes.includes(scope))
  const grant = new provider.Grant({ accountId: user.id, clientId: client.id })
  // Both are asked of the library: the one gives ID tokens their claims, the other access tokens their scope.
  grant.addOIDCScope(scopes)
  grant.addResourceScope(baseUrl, scopes)
  if (dropped.length > 0) {
    grant.rejectOIDCScope(dropped)
    grant.rejectResourceScope(baseUrl, dropped)
  }
  const id = await grant.save()
  const kept: SmartGrant = {
    client: client.id,
    user: user.id,
    scopes,
    ...context.given,
    ...(details.session?.uid === undefined ? {} : { session: details.session.uid }),
    given: Date.now(),
  }
  const expires = Date.now() + grantTtl(new Set(scopes)) * 1000
  await commitState(store, putGrant(id, kept, expires))
  return { id, scopes }
}

export function denied(why: string): StepEnd {
  return { result: { error: 'access_denied', error_description: why } }
}

export function usedLaunch(): StepEnd {
  return {
    result: { error: 'invalid_request', error_description: 'launch is unknown, used, too old or of another user' },
  }
}

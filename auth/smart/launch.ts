import { createHash, randomBytes } from 'node:crypto'
import { commitState, type Keeper, wasCommitted } from './kept-record.ts'

/** How long an app may take from being called to asking for authorization, in ms. */
export const LAUNCH_KEPT = 5 * 60 * 1000

const KIND = 'launch'

/** What an EHR tells an app that it launches (SMART App Launch 2.2, "Launch App: EHR Launch"). */
export interface LaunchContext {
  /** Who alone may use it: the app, by its client id, and the user, by his id. */
  client: string
  user: string
  /** Ids of the Patient and the Encounter that are open in the EHR. */
  patient?: string
  encounter?: string
  intent?: string
  /** Whether the app has to show whose data it shows. */
  needPatientBanner: boolean
}

/** Keeps a context for five minutes; gives the opaque value that the app gets as `launch`. */
export async function createLaunch(store: Keeper, context: LaunchContext): Promise<string> {
  const launch = randomBytes(32).toString('base64url')
  const expires = Date.now() + LAUNCH_KEPT
  await commitState(store, { kind: 'put', of: KIND, key: keyOf(launch), value: context, expires, expect: 'absent' })
  return launch
}

/** The context that a value stands for, if it is of this client; it can still be taken. */
export async function launchOf({ state }: Keeper, launch: string, client: string): Promise<LaunchContext | undefined> {
  const entry = await state.get(KIND, keyOf(launch))
  const context = entry?.value as LaunchContext | undefined
  return context?.client === client ? context : undefined
}

/** Takes the context of a value, if it is of this client and user: once, whoever else tries in whatever process. */
export async function takeLaunch(
  store: Keeper,
  launch: string,
  { client, user }: { client: string; user: string },
): Promise<LaunchContext | undefined> {
  const key = keyOf(launch)
  const entry = await store.state.get(KIND, key)
  const context = entry?.value as LaunchContext | undefined
  if (!entry || context?.client !== client || context.user !== user) return undefined
  const isFirst = await wasCommitted(store, { kind: 'remove', of: KIND, key, expect: entry.revision })
  return isFirst ? context : undefined
}

/** Who reads the store does not learn values that can be used. */
function keyOf(launch: string): string {
  return createHash('sha256').update(launch).digest('base64url')
}

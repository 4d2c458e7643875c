import type { FastifyInstance } from 'fastify'
import type { Services } from '../call.ts'
import type { OauthParts } from './parts.ts'

/** Loads the authorization server and serves it. Without it (AUTH=off) a start is shorter by what the library takes to load. */
export async function openOauth(app: FastifyInstance, services: Services, parts: OauthParts): Promise<void> {
  const { addOauth } = await quietly(() => import('./mount.ts'))
  await addOauth(app, services, parts)
}

/** The library warns, on the console and once, of a Node that is not called LTS; this server is tried with its own. */
async function quietly<T>(work: () => Promise<T>): Promise<T> {
  const { warn } = console
  console.warn = (...words) => {
    if (!/^oidc-provider WARNING: Unsupported runtime/.test(String(words[0]))) warn.apply(console, words)
  }
  try {
    return await work()
  } finally {
    console.warn = warn
  }
}

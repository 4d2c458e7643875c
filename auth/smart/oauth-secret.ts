import { randomBytes } from 'node:crypto'
import { type Keeper, wasCommitted } from './kept-record.ts'

const [KIND, KEY] = ['secret', 'oauth']

/**
 * The random key, 32 bytes, by which all processes on a store sign cookies and forms of the authorization server. Made when
 * it is first asked for.
 */
export async function oauthSecret(store: Keeper): Promise<Buffer> {
  const found = await store.state.get(KIND, KEY)
  if (found) return Buffer.from(String(found.value), 'base64url')
  const value = randomBytes(32).toString('base64url')
  // Where another process was first, its key is the one.
  await wasCommitted(store, { kind: 'put', of: KIND, key: KEY, value, expect: 'absent' })
  return oauthSecret(store)
}

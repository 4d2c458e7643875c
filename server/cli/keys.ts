import { createHash } from 'node:crypto'
import type { KeyOf } from './bundles.ts'

/**
 * Keys of what is loaded: the same content of the same file has the same one in the next run. Of lines that are the
 * same to the letter, each has its own. `again` makes keys that no run had before.
 */
export function loadKeys(again: boolean): KeyOf {
  const salt = again ? String(Date.now()) : ''
  const seen = new Map<string, number>()
  return (name, text) => {
    const digest = createHash('sha256').update(`${salt} ${name} `).update(text).digest('base64url')
    const times = seen.get(digest) ?? 0
    seen.set(digest, times + 1)
    return times === 0 ? digest : `${digest}-${times}`
  }
}

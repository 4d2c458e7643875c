import { createHash } from 'node:crypto'
import type { Access } from '../auth/access.ts'

/** A request's key as the store keeps it: of one length, and each caller's own. */
export function onceKeyOf(key: string, { caller }: Access): string {
  return createHash('sha256')
    .update(JSON.stringify([caller, key]))
    .digest('base64url')
}

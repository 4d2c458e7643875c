import type { Deed } from '../../auth/audit/deed.ts'
import type { Services } from '../call.ts'
import { version } from '../version.ts'

/** Puts on record that the server has started. Rejects where that cannot be: it could answer nothing then. */
export function recordStart({ audit }: Pick<Services, 'audit'>): Promise<void> {
  return audit.record([running('start')])
}

/** Puts on record that the server stops, which it does all the same where that cannot be. */
export function recordStop({ audit }: Pick<Services, 'audit'>): Promise<void> {
  return audit.record([running('stop')]).catch(() => undefined)
}

function running(code: 'start' | 'stop'): Deed {
  const query = `version=${version}`
  return { at: Date.now(), kind: 'application', code, action: 'E', outcome: '0', agent: { system: 'server' }, query }
}

import { encodeDeed } from '../../auth/audit/codec.ts'
import type { Deed } from '../../auth/audit/deed.ts'
import type { TestServer } from './server.ts'

/** Deeds of one commit. */
const TOGETHER = 500

/** Writes deeds to the audit log of a server, as they are. */
export async function recordDeeds({ services }: Pick<TestServer, 'services'>, deeds: Iterable<Deed>): Promise<void> {
  let some: Deed[] = []
  const write = async () => {
    await services.store.commit({ changes: [], guards: [], audit: some.flatMap((deed) => encodeDeed(deed)) })
    some = []
  }
  for (const deed of deeds) if (some.push(deed) >= TOGETHER) await write()
  if (some.length > 0) await write()
}

/** Somebody reads something of a patient. */
export function reading(user: string, patient: string, at: string, more: Partial<Deed> = {}): Deed {
  return {
    at: Date.parse(at),
    kind: 'rest',
    code: 'read',
    action: 'R',
    outcome: '0',
    agent: { user, client: 'chart-app', role: 'physician' },
    from: '10.0.0.7',
    purposes: ['TREAT'],
    type: 'Condition',
    parts: [{ type: 'Condition', id: `c-${patient}`, version: 1, patients: [patient] }],
    ...more,
  }
}

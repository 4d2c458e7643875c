import type { RecordedDeed } from '../../auth/audit/deed.ts'
import { AuditTrail } from '../../auth/audit/trail.ts'
import type { Json, Reply, TestServer } from './server.ts'

/** All that is on record of a server, in order. */
export async function allDeeds({ services }: Pick<TestServer, 'services'>): Promise<RecordedDeed[]> {
  return Array.fromAsync(new AuditTrail(services.store.audit).deeds({}))
}

/** Tells what has been put on record since it was asked before. */
export function deedsSince(server: Pick<TestServer, 'services'>): () => Promise<RecordedDeed[]> {
  let after: string | undefined
  return async () => {
    const query = after === undefined ? {} : { after }
    const deeds = await Array.fromAsync(new AuditTrail(server.services.store.audit).deeds(query))
    after = deeds.at(-1)?.key ?? after
    return deeds
  }
}

/** The resources that an answer shows, of a Bundle those in it, however deep. */
export function shownIn({ json }: Pick<Reply, 'json'>): Json[] {
  if (json?.resourceType === 'OperationOutcome' || json?.resourceType === 'Parameters') return []
  if (json?.resourceType !== 'Bundle') return json === undefined ? [] : [json]
  return (json.entry ?? []).flatMap((entry: Json) => (entry.resource ? shownIn({ json: entry.resource }) : []))
}

/** Whom a resource of these tests is about. */
export function aboutOf({ resourceType, id, subject, patient }: Json): string[] {
  if (resourceType === 'Patient') return [id]
  const reference = (subject ?? patient)?.reference ?? ''
  return reference.startsWith('Patient/') ? [reference.slice('Patient/'.length)] : []
}

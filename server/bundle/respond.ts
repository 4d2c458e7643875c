import { instantOf } from '../../resources/dates.ts'
import type { Answer, Result } from '../call.ts'
import { etagOf } from '../etag.ts'
import { outcomeResource } from '../outcome.ts'
import { statusLine } from '../statuses.ts'
import { entryText } from './bundle-text.ts'

/** The entry that answers one of a batch or transaction (R4 http, batch/transaction response). */
export function responseEntry(result: Result, baseUrl: string): Buffer {
  if (result.error) {
    const { kind, issues } = result.error
    return entryText({ response: { status: statusLine(kind), outcome: outcomeResource(issues) } })
  }
  return entryText({ response: responseOf(result.answer, baseUrl) }, result.answer.text)
}

function responseOf({ kind, version, issues, located }: Answer, baseUrl: string): Record<string, unknown> {
  const response: Record<string, unknown> = { status: statusLine(kind) }
  if (version && located) response.location = `${baseUrl}/${version.type}/${version.id}/_history/${version.version}`
  if (version) {
    response.etag = etagOf(version.version)
    response.lastModified = instantOf(version.lastUpdated)
  }
  if (issues) response.outcome = outcomeResource(issues)
  return response
}

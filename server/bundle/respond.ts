import { instantOf } from '../../resources/dates.ts'
import type { Answer, Result } from '../call.ts'
import { etagOf } from '../http/etag.ts'
import { statusLine } from '../http/statuses.ts'
import { outcomeOf } from '../outcome.ts'
import { entryText } from './bundle-text.ts'

/** The entry that answers one of a batch or transaction (R4 http, batch/transaction response). */
export function responseEntry(result: Result, baseUrl: string): Buffer {
  if (result.error) {
    const { kind, issues } = result.error
    const outcome = JSON.parse(outcomeOf(issues).toString()) as unknown
    return entryText({ response: { status: statusLine(kind), outcome } })
  }
  return entryText({ response: responseOf(result.answer, baseUrl) }, result.answer.text)
}

function responseOf({ kind, version, issues }: Answer, baseUrl: string): Record<string, unknown> {
  const response: Record<string, unknown> = { status: statusLine(kind) }
  if (version) {
    response.location = `${baseUrl}/${version.type}/${version.id}/_history/${version.version}`
    response.etag = etagOf(version.version)
    response.lastModified = instantOf(version.lastUpdated)
  }
  if (issues) response.outcome = { resourceType: 'OperationOutcome', issue: issues }
  return response
}

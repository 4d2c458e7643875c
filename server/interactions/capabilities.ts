import { instantOf } from '../../resources/dates.ts'
import type { Answer, Call, Services } from '../call.ts'
import { capabilityStatement } from '../conformance/capability-statement.ts'
import { version } from '../version.ts'

const STARTED = instantOf(Date.now())

let made: { baseUrl: string; text: Buffer } | undefined

/** R4 http, capabilities. */
export async function capabilities(_call: Call, { baseUrl, config }: Services): Promise<Answer> {
  if (made?.baseUrl !== baseUrl) {
    const { conditionalDelete } = config
    const statement = capabilityStatement({ baseUrl, version, date: STARTED, conditionalDelete })
    made = { baseUrl, text: Buffer.from(JSON.stringify(statement)) }
  }
  return { kind: 'ok', text: made.text }
}

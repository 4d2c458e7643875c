import { parseQuery } from '../../search/query.ts'
import type { Answer, Call, Services } from '../call.ts'
import { commitOne, demandNew, untilCurrent, written } from './commit.ts'
import { conditionalSearch, matchCriteria, severalMatch } from './criteria.ts'
import { newId, readResource, writeChange } from './prepare.ts'

/** R4 http, create; with If-None-Exist only where the criteria match nothing. */
export async function create(call: Call, services: Services): Promise<Answer> {
  const type = call.type!
  await demandNew(call.onceKey, services)
  const document = readResource(call.body, type, services.config)
  const change = writeChange('POST', type, newId(), document, services)
  const { ifNoneExist } = call.conditions
  if (ifNoneExist === undefined) return written(change, await commitOne(change, [], services, call.onceKey), call)
  const search = conditionalSearch(type, parseQuery(ifNoneExist), call.access, services)
  return untilCurrent(async () => {
    const { found, guard } = await matchCriteria(search, services)
    if (found.length > 1) throw severalMatch(type)
    const [existing] = found
    if (existing)
      return { kind: 'ok', version: existing, ...(call.preferReturn === 'minimal' ? {} : { text: existing.text }) }
    return written(change, await commitOne(change, [guard], services, call.onceKey), call)
  })
}

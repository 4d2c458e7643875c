import type { Access } from '../../auth/access.ts'
import { systemAccess } from '../../auth/access.ts'
import { encodeDeed } from '../../auth/audit/codec.ts'
import type { Deed } from '../../auth/audit/deed.ts'
import type { Finding } from '../../him/findings.ts'
import {
  type Group,
  grouped,
  newReview,
  PERIODS,
  type Period,
  periodName,
  renewedReview,
  reviewId,
} from '../../him/privacy/screen/review.ts'
import { parseDocument } from '../../resources/json/parse.ts'
import { prepareStamp } from '../../resources/json/stamp.ts'
import { CommitRefused, type Expectation, type WriteChange } from '../../resources/store/port.ts'
import { indexEntries } from '../../search/index-entries.ts'
import { agentOf } from '../audit/agent.ts'
import type { Services } from '../call.ts'
import { issuerOf } from '../issuer.ts'
import { commit, ExpectationFailed, untilCurrent } from '../write/commit.ts'
import { checkDocument } from '../write/document.ts'

/** Tasks of one period that are looked at at a time. */
const PAGE = 500

const { s: EVERYTHING } = systemAccess('reviews of a screen').may

/** Writes what a screen has found as Tasks: one for a user and a period, made once and renewed after that. */
export class Reviews {
  private readonly services: Services
  private readonly by: Access

  /** `by`: who had the log screened, and is on record for the Tasks. */
  constructor(services: Services, by: Access) {
    this.services = services
    this.by = by
  }

  /** Answers how many were made and renewed. `judged`: the rules whose findings take the place of earlier ones. */
  async write(
    findings: readonly Finding[],
    period: Period,
    judged: ReadonlySet<string>,
  ): Promise<{ made: number; renewed: number }> {
    const written = { made: 0, renewed: 0 }
    const count = (what: keyof typeof written | undefined) => {
      if (what) written[what]++
    }
    const ids = new Set<string>()
    for (const group of grouped(findings, period)) {
      const id = reviewId(group, this.services.linkKey)
      ids.add(id)
      count(await untilCurrent(() => this.review(id, group, judged)))
    }
    for (const id of await this.earlier(period)) {
      if (!ids.has(id))
        count(await untilCurrent(() => this.review(id, { ...period, subject: '', findings: [] }, judged)))
    }
    return written
  }

  private async review(id: string, group: Group, judged: ReadonlySet<string>): Promise<'made' | 'renewed' | undefined> {
    const { store } = this.services
    const now = Date.now()
    const there = await store.read('Task', id)
    if (!there?.text) {
      if (group.findings.length === 0) return undefined
      await this.commit(id, newReview(group, id, now), 'absent')
      return 'made'
    }
    const text = renewedReview(there.text.toString(), group, judged, now)
    if (text === undefined) return undefined
    await this.commit(id, text, { version: there.version, retry: true })
    return 'renewed'
  }

  private async commit(id: string, text: string, expect: Expectation): Promise<void> {
    const { config, baseUrl, parameters, zone } = this.services
    const { version } = parameters
    const document = parseDocument(Buffer.from(text), config.maxDepth)
    checkDocument(document, 'Task', config)
    const change: WriteChange = {
      kind: 'write',
      method: expect === 'absent' ? 'POST' : 'PUT',
      type: 'Task',
      id,
      ...prepareStamp(document, id),
      entries: indexEntries('Task', document.value, baseUrl, parameters, zone),
      expect,
    }
    const unit = { changes: [change], guards: [], audit: encodeDeed(this.deedOf(id, expect === 'absent'), [0]) }
    try {
      await commit(unit, this.services, version)
    } catch (error) {
      // Somebody else has made it meanwhile.
      if (error instanceof ExpectationFailed) throw new CommitRefused('outdated')
      throw error
    }
  }

  private deedOf(id: string, isNew: boolean): Deed {
    return {
      at: Date.now(),
      kind: 'rest',
      code: isNew ? 'create' : 'update',
      action: isNew ? 'C' : 'U',
      outcome: '0',
      agent: agentOf(this.by, issuerOf(this.services.config)),
      type: 'Task',
      parts: [{ type: 'Task', id, written: true, patients: [] }],
    }
  }

  /** Ids of the Tasks that earlier screens of the period have made. */
  private async earlier(period: Period): Promise<string[]> {
    const where = {
      kind: 'token' as const,
      param: 'group-identifier',
      tests: [{ system: PERIODS, code: periodName(period) }],
    }
    const ids: string[] = []
    let from: string | undefined
    for (;;) {
      const { found, more } = await this.services.searcher.find(
        { type: 'Task', where, restriction: EVERYTHING },
        PAGE,
        from,
      )
      ids.push(...found.map(({ id }) => id))
      from = found.at(-1)?.position
      if (!more || from === undefined) return ids
    }
  }
}

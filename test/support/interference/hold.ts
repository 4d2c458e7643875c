import { deepStrictEqual, equal } from 'node:assert'
import fc from 'fast-check'
import type { Test } from 'tap'
import { manner } from '../oracle/runs.ts'
import { Seen } from '../oracle/seen.ts'
import type { Caller } from './caller.ts'
import { Pair, type Told } from './pair.ts'
import { type Asked, requestIn } from './requests.ts'
import type { Track } from './tracks.ts'
import { OF_CROWD, seenOf, type Twins, twinsFor } from './twins.ts'

/** Twins of each caller, and requests for each; what fails is made as small as it gets with ORACLE_SHRINK alone. */
const TWINS = 4
const REQUESTS = 150

/** All contents that there ever were: what is asked for. */
const contents = (tracks: readonly Track[]) =>
  tracks
    .filter(({ id }) => !id.startsWith(OF_CROWD))
    .flatMap(({ versions }) => versions.flatMap(({ resource }) => resource ?? []))

/** What is read of a case that failed: all of it where it was made small. */
function named(twins: Twins): Twins {
  return process.env.ORACLE_SHRINK ? twins : Object.assign({ [fc.toStringMethod]: () => 'twins' }, twins)
}

function alike(asked: Asked, one: readonly Told[], other: readonly Told[]): void {
  for (const [at, first] of one.entries()) {
    const [text, theirs] = [first.text, other[at]?.text ?? '']
    let same = 0
    while (same < text.length && text[same] === theirs[same]) same++
    const [here, there] = [text, theirs].map((all) => all.slice(Math.max(0, same - 200), same + 200))
    deepStrictEqual(
      { ...other[at], text: there },
      { ...first, text: here },
      `${JSON.stringify(asked)}\n${first.asked} ${first.status} ${other[at]?.status}\n${here}\n${there}`,
    )
    equal(theirs, text)
  }
  equal(other.length, one.length, `pages of ${JSON.stringify(asked)}`)
}

/** What is opened for one case, and closed behind it. */
class Case {
  private readonly ends: (() => unknown)[] = []
  readonly test = { teardown: (end: () => unknown) => this.ends.push(end) } as unknown as Test

  async close(): Promise<void> {
    for (const end of this.ends.reverse()) await end()
  }
}

/** Tries each caller: neither answers nor pages may tell of what is hidden from it. */
export function learnNothing(t: Test, callers: readonly Caller[]): void {
  for (const caller of callers) {
    t.test(`${caller.name} learns nothing of what is hidden`, async (t) => {
      const answered = new Map<number, number>()
      const arbitrary = twinsFor(caller).chain((twins) => {
        const seen = new Seen([...contents(twins.one), ...contents(twins.other)])
        const samples = contents(seenOf(caller, twins.one))
        const types = [...new Set(samples.map(({ resourceType }) => resourceType))]
        return fc.tuple(
          fc.constant(named(twins)),
          fc.array(requestIn({ seen, types, samples }), { minLength: REQUESTS, maxLength: REQUESTS }),
        )
      })
      await fc.assert(
        fc.asyncProperty(arbitrary, async ([twins, requests]) => {
          const opened = new Case()
          try {
            const pair = await Pair.open(opened.test, twins, caller)
            for (const asked of requests) {
              const [one, other] = await pair.ask(asked)
              alike(asked, one, other)
              for (const { status } of one) answered.set(status, (answered.get(status) ?? 0) + 1)
            }
          } finally {
            await opened.close()
          }
        }),
        { ...manner(TWINS), endOnFailure: !process.env.ORACLE_SHRINK },
      )
      t.comment([...answered].sort().join(' '))
      t.ok((answered.get(200) ?? 0) > TWINS, 'something was found')
    })
  }
}

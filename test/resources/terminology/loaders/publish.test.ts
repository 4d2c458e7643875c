import t from 'tap'
import { Faults } from '../../../../resources/terminology/loaders/faults.ts'
import { publish } from '../../../../resources/terminology/loaders/publish.ts'
import { MemoryConcepts } from '../../../support/codes/memory-concepts.ts'
import { MemoryPackages } from '../../../support/codes/memory-packages.ts'

const SYSTEM = 'http://example.org/codes'
const made = (version: string) => ({
  editions: [
    {
      edition: { system: SYSTEM, version, name: 'Codes', content: 'complete' as const, caseSensitive: true },
      concepts: [{ code: version, display: version }],
    },
  ],
  definitions: [],
  words: [],
})

t.test('puts nothing in what somebody else has changed since it was read', async (t) => {
  const keeping = { concepts: new MemoryConcepts(), packages: new MemoryPackages() }
  const put = (version: string, based: Map<string, string | undefined>) =>
    publish('codes', made(version), keeping, { faults: new Faults(), progress: () => undefined, based })
  const none = new Map([[SYSTEM, undefined]])
  await put('1', none)
  await t.rejects(put('2', none), { message: /was changed meanwhile/ })
  t.match(await keeping.concepts.editions(), [{ version: '1' }])
  await put('3', new Map([[SYSTEM, (await keeping.concepts.open(SYSTEM))?.key]]))
  t.equal((await keeping.concepts.open(SYSTEM))?.edition.version, '3')
})

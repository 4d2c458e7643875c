import t from 'tap'
import { Recent } from '../../../resources/terminology/recent.ts'

t.test('what has a very long key is not kept', async (t) => {
  const recent = new Recent<number>(10)
  recent.set('a', 1)
  recent.set('x'.repeat(10_001), 2)
  t.equal(recent.get('a'), 1)
  t.equal(recent.get('x'.repeat(10_001)), undefined)
})

import t from 'tap'
import { zoneOf } from '../../resources/zone.ts'
import { Bench } from '../support/oracle/bench.ts'
import { hold } from '../support/oracle/hold.ts'
import { insideIn, rangedIn, soughtIn } from '../support/oracle/searches.ts'

/** Worlds of each test. */
const WORLDS = 20

t.test('what the store finds is what plain JavaScript finds, in its order, by every kind of plan', async (t) =>
  hold(t, await Bench.open(t), soughtIn, WORLDS),
)

t.test('so it is of ranges that results are sorted by', async (t) =>
  hold(t, await Bench.open(t), rangedIn, WORLDS, 1 / 2),
)

t.test('so it is of contained resources, and of what contains them', async (t) =>
  hold(t, await Bench.open(t), insideIn, WORLDS),
)

t.test('and in a zone, where days are of several lengths', async (t) =>
  hold(t, await Bench.open(t, zoneOf('America/New_York')), rangedIn, WORLDS, 1 / 4),
)

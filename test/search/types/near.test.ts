import fc from 'fast-check'
import t from 'tap'
import { ON_MONGO } from '../../support/place.ts'
import { type Named, openWorld } from '../../support/world.ts'

const place = (id: string, latitude: number, longitude: number): Named => ({
  resourceType: 'Location',
  id,
  position: { latitude, longitude },
})
const PLACES = [
  place('boston', 42.3601, -71.0589),
  place('cambridge', 42.3736, -71.1097),
  place('worcester', 42.2626, -71.8023),
  place('fiji', -17, 179.9),
  place('samoa', -17, -179.9),
  place('pole', 90, 10),
  { resourceType: 'Location', id: 'nowhere' },
]
const FROM_BOSTON = 'near=42.3601|-71.0589'

const ROWS: [query: string, found: string[] | RegExp][] = [
  [`${FROM_BOSTON}|4|km`, ['boston']],
  [`${FROM_BOSTON}|5|km`, ['boston', 'cambridge']],
  [`${FROM_BOSTON}|5`, ['boston', 'cambridge']],
  [`${FROM_BOSTON}|5000|m`, ['boston', 'cambridge']],
  [`${FROM_BOSTON}|2.5|[mi_i]`, ['boston']],
  [`${FROM_BOSTON}|3|mi`, ['boston', 'cambridge']],
  [`${FROM_BOSTON}|3|[mi_us]`, ['boston', 'cambridge']],
  [FROM_BOSTON, ['boston', 'cambridge']],
  [`${FROM_BOSTON}||km`, ['boston', 'cambridge']],
  [`${FROM_BOSTON}|0`, ['boston']],
  [`${FROM_BOSTON}|100`, ['boston', 'cambridge', 'worcester']],
  [`${FROM_BOSTON}|30000`, ['boston', 'cambridge', 'fiji', 'pole', 'samoa', 'worcester']],
  [`${FROM_BOSTON}|1,-17|179.9|25`, ['boston', 'fiji', 'samoa']],
  ['near=-17|-179.9|25|km', ['fiji', 'samoa']],
  ['near=89.9|-170|30|km', ['pole']],
  ['near=0|0|1', []],
  ['near:missing=true', ['nowhere']],
  ['near:missing=false', ['boston', 'cambridge', 'fiji', 'pole', 'samoa', 'worcester']],
  ['_filter=near eq 42.3601|-71.0589|4', ['boston']],
  ['near=91|0', /takes latitude/],
  ['near=0|181', /takes latitude/],
  ['near=0', /takes latitude/],
  ['near=0|x', /takes latitude/],
  ['near=|', /takes latitude/],
  ['near=0|0|-1', /takes latitude/],
  ['near=0|0|1|kg', /takes latitude/],
  ['near=0|0|1|km|x', /takes latitude/],
  ['near=1e1|0|1', /takes latitude/],
  ['near:exact=0|0', /modifier/],
]

t.test('R4 Location, near', async (t) => {
  const world = await openWorld(t, PLACES)
  for (const [query, wanted] of ROWS) {
    const found = await world.found('Location', query)
    if (wanted instanceof RegExp) t.match(found, wanted, query)
    else t.strictSame(found, wanted, query)
  }
})

t.test('the store and plain JavaScript agree', async (t) => {
  const degrees = (most: number) => fc.double({ min: -most, max: most, noNaN: true })
  const places = fc.sample(fc.tuple(degrees(90), degrees(180)), { numRuns: 300, seed: 4 })
  const world = await openWorld(
    t,
    places.map(([latitude, longitude], at) => place(`p${at}`, latitude, longitude)),
  )
  const searches = fc.tuple(degrees(90), degrees(180), fc.integer({ min: 0, max: 21_000 }))
  for (const [latitude, longitude, km] of fc.sample(searches, { numRuns: ON_MONGO ? 3 : 200, seed: 5 })) {
    await world.found('Location', `near=${latitude.toFixed(6)}|${longitude.toFixed(6)}|${km}`)
  }
})

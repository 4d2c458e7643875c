import t from 'tap'
import { memoryStore } from '../../support/mongo-memory/store.ts'
import { Bench } from '../../support/oracle/bench.ts'
import { hold } from '../../support/oracle/hold.ts'
import { insideIn, rangedIn, soughtIn } from '../../support/oracle/searches.ts'

// What is asked of MongoDB is decided in memory here: many worlds, and no server.
for (const [words, searchesIn] of [
  ['what is found in documents is what plain JavaScript finds, in its order', soughtIn],
  ['so it is of ranges that results are sorted by', rangedIn],
  ['so it is of contained resources, and of what contains them', insideIn],
] as const) {
  t.test(words, (t) => hold(t, new Bench(memoryStore()), searchesIn, 60))
}

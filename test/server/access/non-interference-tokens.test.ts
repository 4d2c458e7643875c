import t from 'tap'
import { OF_TOKENS } from '../../support/interference/callers.ts'
import { learnNothing } from '../../support/interference/hold.ts'

learnNothing(t, OF_TOKENS)

import t from 'tap'
import { OF_ROLES } from '../../support/interference/callers.ts'
import { learnNothing } from '../../support/interference/hold.ts'

learnNothing(t, OF_ROLES)

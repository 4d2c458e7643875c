import { tokenOf } from '../../resources/store/sqlite/word-rows.ts'
import type { EntryExpression } from '../expression.ts'
import { type Fragment, raw, sql } from './fragment.ts'

/** Stands for the number of the type, which the database knows; it is in no word. */
const TYPE = '§'

/** The resources of a type (`typeId`, as a subquery) that have all words of one list, as a table `alias` with a column `rid`. */
export function wordTable(
  typeId: Fragment,
  { param, any }: Extract<EntryExpression, { kind: 'words' }>,
  alias: string,
): Fragment {
  // Words are letters and digits alone: nothing in them can be an operator.
  const lists = any.map((words) => `(${words.map((word) => `"${tokenOf(TYPE, param, word)}"`).join(' AND ')})`)
  const wanted = sql`replace(${lists.join(' OR ')}, ${TYPE}, ifnull(${typeId}, 0))`
  return sql`(SELECT rowid AS rid FROM word_entry WHERE word_entry MATCH ${wanted}) ${raw(alias)}`
}

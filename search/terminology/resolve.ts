import { badValue, type Terminology } from '../criterion.ts'
import type { TokenTest } from '../expression.ts'
import type { Restriction, Searcher } from '../searcher.ts'
import { splitEscaped, unescaped } from '../values.ts'
import { MOST_CODES, tokensOf, tooMuch } from './codes.ts'
import { expand } from './expansion.ts'
import { Held } from './held.ts'

/** What a search needs to find terminology: where, for whom, and under which base URL. */
export interface TerminologyPlace {
  searcher: Searcher
  restriction: Restriction
  baseUrl: string
}

type Are = Parameters<Terminology['codes']>[0]

/**
 * Reads criteria that may ask for codes by what they mean. `parse` is run once where they do not, and else again with
 * what the first time asked for. Throws what it throws, and `invalid` for terminology that the server does not hold
 * or the caller may not see, and for more than 10,000 codes.
 */
export async function withTerminology<T>(parse: (terminology: Terminology) => T, where: TerminologyPlace): Promise<T> {
  const wanted = new Map<string, { are: Are; of: string }>()
  const parsed = parse({
    codes(are, of) {
      wanted.set(`${are} ${of}`, { are, of })
      return []
    },
  })
  if (wanted.size === 0) return parsed
  const held = new Held(where.searcher, where.restriction, where.baseUrl)
  const known = new Map<string, TokenTest[]>()
  let count = 0
  for (const [key, { are, of }] of wanted) {
    const tokens = are === 'in' ? tokensOf(await expand(of, held)) : await tree(are, of, held)
    count += tokens.length
    if (count > MOST_CODES) throw tooMuch(`The value sets of the search have more than ${MOST_CODES} codes`)
    known.set(key, tokens)
  }
  return parse({ codes: (are, of) => known.get(`${are} ${of}`) ?? [] })
}

/** `system|code`, still escaped, with all that is below it, or above it; a version may stand between the two. */
async function tree(side: 'below' | 'above', text: string, held: Held): Promise<TokenTest[]> {
  const parts = splitEscaped(text, '|').map(unescaped)
  const code = parts.pop() ?? ''
  const system = parts.join('|')
  if (system === '' || code === '') throw badValue(`A token with :${side}`, 'system|code')
  const concepts = await held.conceptsOf(system)
  return tokensOf(new Map([[system, concepts.tree(code, side)]]))
}

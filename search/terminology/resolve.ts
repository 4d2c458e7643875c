import { canonicalParts } from '../../resources/conformance/canonicals.ts'
import { FhirError } from '../../resources/fhir-error.ts'
import { Resolving } from '../../resources/terminology/compose/resolve.ts'
import { localToday } from '../../resources/terminology/days.ts'
import { unpinned } from '../../resources/terminology/pinned.ts'
import { ReadSystems, Systems } from '../../resources/terminology/systems.ts'
import { badValue, type Terminology } from '../criterion.ts'
import type { TokenTest } from '../expression.ts'
import { splitEscaped, unescaped } from '../values.ts'
import { MOST_CODES, notHeld, tooManyCodes } from './codes.ts'
import { codesOfSet, treeOf } from './expansion.ts'
import { Held, type TerminologyPlace } from './held.ts'

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
  const lookup = new Lookup(where)
  const known = new Map<string, TokenTest[]>()
  let count = 0
  for (const [key, { are, of }] of wanted) {
    const tokens = await lookup.codes(are, of)
    count += tokens.length
    if (count > MOST_CODES) throw tooManyCodes()
    known.set(key, tokens)
  }
  return parse({ codes: (are, of) => known.get(`${are} ${of}`) ?? [] })
}

/** Looks up codes for one search, each definition once. */
class Lookup {
  private readonly systems: Systems
  private readonly resolving: Resolving

  constructor(place: TerminologyPlace) {
    const held = new Held(place)
    const parts = { concepts: place.knowledge?.concepts, canonicals: held, external: undefined }
    this.systems = new Systems(parts, localToday(), new ReadSystems())
    this.resolving = new Resolving(held, this.systems, unpinned(undefined))
  }

  async codes(are: Are, of: string): Promise<TokenTest[]> {
    try {
      return are === 'in' ? await this.set(of) : await this.tree(are, of)
    } catch (error) {
      // To a search it makes no difference why a value set cannot be told.
      if (!(error instanceof FhirError) || (error.kind !== 'unprocessable' && error.kind !== 'not-found')) throw error
      throw new FhirError('invalid', error.issues, error.detail)
    }
  }

  private async set(reference: string): Promise<TokenTest[]> {
    const { url, version } = canonicalParts(reference)
    const set = await this.resolving.set(version === undefined ? { url } : { url, version })
    if (!set) throw notHeld(`The value set ${reference.slice(0, 200)}`)
    return codesOfSet(set)
  }

  /** `system|code`, still escaped, with all that is below it, or above it; a version may stand between the two. */
  private async tree(side: 'below' | 'above', text: string): Promise<TokenTest[]> {
    const parts = splitEscaped(text, '|').map(unescaped)
    const code = parts.pop() ?? ''
    const system = parts.join('|')
    if (system === '' || code === '') throw badValue(`A token with :${side}`, 'system|code')
    const { url, version } = canonicalParts(system)
    const opened = await this.systems.open(url, version, undefined)
    if (!opened) throw notHeld(`The code system ${system.slice(0, 200)}`)
    return [...(await treeOf(opened, side, code))].map((code) => ({ system: url, code }))
  }
}

import type { Concept } from '../concept.ts'

/** Tags of RFC 5646 that were registered as a whole, and are still allowed. */
const GRANDFATHERED =
  /^(i-(ami|bnn|default|enochian|hak|klingon|lux|mingo|navajo|pwn|tao|tay|tsu)|sgn-(be-fr|be-nl|ch-de)|en-gb-oed|zh-(min|min-nan|hakka|xiang|guoyu)|cel-gaulish|art-lojban|no-(bok|nyn))$/i

let names: { languages: Intl.DisplayNames; regions: Intl.DisplayNames; plain: Intl.DisplayNames } | undefined

/** A language of BCP 47; undefined for what is no tag, or has a language of two letters or a region that there is not. */
export function languageOf(tag: string): Concept | undefined {
  if (GRANDFATHERED.test(tag)) return { code: tag, display: tag }
  if (/^x(-[a-z0-9]{1,8})+$/i.test(tag)) return { code: tag, display: tag }
  const locale = localeOf(tag)
  // Languages of more than three letters are allowed for, and none was ever registered.
  if (!locale || locale.language.length > 3) return undefined
  names ??= {
    languages: new Intl.DisplayNames('en', { type: 'language', fallback: 'none' }),
    regions: new Intl.DisplayNames('en', { type: 'region', fallback: 'none' }),
    plain: new Intl.DisplayNames('en', { type: 'language' }),
  }
  if (locale.language.length === 2 && names.languages.of(locale.language) === undefined) return undefined
  if (locale.region !== undefined && !isRegion(locale.region, names.regions)) return undefined
  return { code: tag, display: names.plain.of(tag) ?? tag }
}

function isRegion(region: string, regions: Intl.DisplayNames): boolean {
  return /^\d{3}$/.test(region) || regions.of(region) !== undefined
}

function localeOf(tag: string): Intl.Locale | undefined {
  if (tag.length > 100) return undefined
  try {
    return new Intl.Locale(tag)
  } catch {
    return undefined
  }
}

import type { ListedCode } from './compose/value-set.ts'
import type { Concept } from './concept.ts'

/** Names that a code may be shown under: of its system, of the value set, and all others of it. */
export function namesOf(concept: Concept | undefined, listed?: ListedCode): string[] {
  const all = [
    listed?.display,
    ...(listed?.designation ?? []).map(({ value }) => value),
    concept?.display,
    ...(concept?.designations ?? []).map(({ value }) => value),
  ]
  return all.filter((name) => name !== undefined && name !== '') as string[]
}

/** Whether a name is one of them: case, accents and spaces aside. */
export function isName(name: string, names: readonly string[]): boolean {
  const wanted = plain(name)
  return names.some((one) => plain(one) === wanted)
}

/** The name in the language that is asked for (`de-AT, en;q=0.8`), else that of the value set, else that of the system. */
export function nameIn(
  language: string | undefined,
  concept: Concept | undefined,
  listed?: ListedCode,
): string | undefined {
  const designations = [...(listed?.designation ?? []), ...(concept?.designations ?? [])]
  for (const wanted of languagesOf(language)) {
    const found =
      designations.find((one) => one.language?.toLowerCase() === wanted) ??
      designations.find((one) => one.language?.toLowerCase().split('-')[0] === wanted.split('-')[0])
    if (found) return found.value
  }
  const name = listed?.display ?? concept?.display
  return name === '' ? undefined : name
}

/** Languages of a header such as `Accept-Language`, the dearest first. */
function languagesOf(text: string | undefined): string[] {
  if (text === undefined) return []
  return text
    .slice(0, 200)
    .split(',')
    .map((one) => {
      const [tag, quality] = one.split(';q=')
      return { tag: (tag ?? '').trim().toLowerCase(), quality: Number(quality ?? 1) }
    })
    .filter(({ tag, quality }) => tag !== '' && tag !== '*' && quality > 0)
    .sort((one, other) => other.quality - one.quality)
    .map(({ tag }) => tag)
}

function plain(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().replace(/\s+/g, ' ').trim()
}

/** Letters from which on one typo is forgiven, and two. */
const ONE_FROM = 4
const TWO_FROM = 8

/** Letters from which on a word may be unfinished and have a typo. */
const UNFINISHED_FROM = 6

/** Words that one may stand for. */
const MOST_WORDS = 100

/** Typos that are forgiven in a word. */
export function typosIn(word: string): number {
  return word.length >= TWO_FROM ? 2 : word.length >= ONE_FROM ? 1 : 0
}

/** Words of a vocabulary that a word with up to so many typos may stand for, the likeliest first. */
export function meant(word: string, vocabulary: readonly string[], typos: number): string[] {
  const letters = lettersOf(word)
  const found: { known: string; distance: number }[] = []
  for (const known of vocabulary) {
    if (known.length < word.length - typos) continue
    if (bitsOf(letters & ~lettersOf(known)) > typos) continue
    const distance = distanceOf(word, known, typos)
    if (distance <= typos) found.push({ known, distance })
  }
  found.sort((one, other) => one.distance - other.distance || one.known.length - other.known.length)
  return found.slice(0, MOST_WORDS).map(({ known }) => known)
}

/**
 * Letters that were left out, added, changed or swapped with the next one (optimal string alignment); of a longer word what it begins
 * with counts too. More than `most` is `most + 1`.
 */
function distanceOf(word: string, known: string, most: number): number {
  const unfinished = word.length >= UNFINISHED_FROM
  if (!unfinished && known.length > word.length + most) return most + 1
  const width = Math.min(known.length, word.length + most)
  let before: number[] = []
  let row = Array.from({ length: width + 1 }, (_, at) => at)
  for (let at = 1; at <= word.length; at++) {
    const next = [at]
    let least = at
    for (let to = 1; to <= width; to++) {
      const changed = row[to - 1]! + (word[at - 1] === known[to - 1] ? 0 : 1)
      let cost = Math.min(changed, row[to]! + 1, next[to - 1]! + 1)
      const swapped = at > 1 && to > 1 && word[at - 1] === known[to - 2] && word[at - 2] === known[to - 1]
      if (swapped) cost = Math.min(cost, before[to - 2]! + 1)
      next.push(cost)
      least = Math.min(least, cost)
    }
    if (least > most) return most + 1
    before = row
    row = next
  }
  if (unfinished) return Math.min(...row)
  return known.length > width ? most + 1 : row[width]!
}

/** Which letters a word has, as bits. */
function lettersOf(word: string): number {
  let bits = 0
  for (let at = 0; at < word.length; at++) bits |= 1 << (word.charCodeAt(at) & 31)
  return bits
}

function bitsOf(bits: number): number {
  let count = 0
  for (let rest = bits; rest !== 0; rest &= rest - 1) count++
  return count
}

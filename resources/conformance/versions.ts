/** Something that has a version, or none. */
interface Versioned {
  version: string | undefined
  /** When it was last changed (`2024-05-08`), where it is known. */
  date?: string
}

/**
 * Which of several definitions of one canonical counts: the one of the asked version, else the newest of those whose version
 * begins with it (`4.0` of `4.0.1`); without one, the newest. Of equals the later by its date, then the last. Undefined where none fits.
 */
export function chosenVersion<T extends Versioned>(candidates: Iterable<T>, asked?: string): T | undefined {
  const all = [...candidates]
  if (asked === undefined) return newest(all)
  return newest(all.filter(({ version }) => version === asked)) ?? newest(all.filter((one) => begins(one, asked)))
}

function newest<T extends Versioned>(candidates: readonly T[]): T | undefined {
  let found: T | undefined
  for (const one of candidates) {
    const order = found ? compareVersions(one.version, found.version) || byDate(one, found) : 0
    if (order >= 0) found = one
  }
  return found
}

function byDate({ date }: Versioned, { date: other }: Versioned): number {
  return date === undefined || other === undefined ? 0 : byText(date.slice(0, 10), other.slice(0, 10))
}

function begins({ version }: Versioned, asked: string): boolean {
  return version?.startsWith(asked) === true && asked !== '' && /[.-]/.test(version.charAt(asked.length))
}

/**
 * Orders versions: negative when the first is older. Numbers by their size, part by part, as semantic versioning and dates
 * have it; a pre-release (`1.0.0-ballot`) before its release; what has no numbers before what has; none at all first.
 */
export function compareVersions(one: string | undefined, other: string | undefined): number {
  if (one === other) return 0
  if (one === undefined || other === undefined) return one === undefined ? -1 : 1
  const [first, second] = [partsOf(one), partsOf(other)]
  if (!first || !second) return first ? 1 : second ? -1 : byText(one, other)
  return byNumbers(first.numbers, second.numbers) || byLabel(first.label, second.label) || byText(one, other)
}

function partsOf(version: string): { numbers: number[]; label: string } | undefined {
  const date = /^(\d{4})-(\d\d)(?:-(\d\d))?$/.exec(version)
  if (date) return { numbers: date.slice(1).map((part) => Number(part ?? 0)), label: '' }
  const found = /^v?(\d+(?:\.\d+)*)(?:[-.]?([0-9A-Za-z.-]+))?(?:\+.*)?$/.exec(version)
  return found ? { numbers: found[1]!.split('.').map(Number), label: found[2] ?? '' } : undefined
}

function byNumbers(one: readonly number[], other: readonly number[]): number {
  for (let at = 0; at < Math.max(one.length, other.length); at++) {
    const difference = (one[at] ?? 0) - (other[at] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

function byLabel(one: string, other: string): number {
  if (one === other) return 0
  if (one === '' || other === '') return one === '' ? 1 : -1
  const [first, second] = [one.split(/[.-]/), other.split(/[.-]/)]
  for (let at = 0; at < Math.max(first.length, second.length); at++) {
    const [a, b] = [first[at], second[at]]
    if (a === undefined || b === undefined) return a === undefined ? -1 : 1
    const isNumbers = /^\d+$/.test(a) && /^\d+$/.test(b)
    const difference = isNumbers ? Number(a) - Number(b) : byText(a, b)
    if (difference !== 0) return difference
  }
  return 0
}

function byText(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0
}

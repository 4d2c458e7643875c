/** The zone in which a value is meant that does not tell its own. */
export interface Zone {
  /** A name of the IANA database, or an offset: `America/New_York`, `+02:00`. */
  readonly name: string
  /**
   * The first moment, in ms since 1970, at which its clocks show a time or have gone past it; `local` is the ms since
   * 1970 that the same time would be in UTC. A later time never has an earlier moment.
   */
  moment(local: number): number
  /** All that its moments follow from; zones of the same rules are the same zone. */
  rules(): string
}

/** What values are meant in where nothing else is settled. */
export const UTC: Zone = { name: 'UTC', moment: (local) => local, rules: () => 'UTC' }

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

const OFFSET = /^[+-]\d{2}:\d{2}$/

/** The zone of a name of the IANA database or of an offset such as `+02:00`; undefined for what is neither. */
export function zoneOf(text: string): Zone | undefined {
  if (OFFSET.test(text)) {
    const offset = offsetOf(text)
    return offset === undefined ? undefined : fixed(offset, text)
  }
  const name = canonicalName(text)
  if (name === undefined) return undefined
  return name === 'UTC' ? UTC : new NamedZone(name)
}

/** ms by which a FHIR offset (`Z`, `-05:00`) is ahead of UTC; undefined beyond 14 hours. */
export function offsetOf(text: string): number | undefined {
  if (text === 'Z') return 0
  const hours = Number(text.slice(1, 3))
  const minutes = Number(text.slice(4, 6))
  if (hours > 14 || minutes > 59 || (hours === 14 && minutes > 0)) return undefined
  return (text[0] === '-' ? -1 : 1) * (hours * 60 + minutes) * MINUTE
}

function fixed(offset: number, name: string): Zone {
  return offset === 0 ? UTC : { name, moment: (local) => local - offset, rules: () => name }
}

function canonicalName(text: string): string | undefined {
  // Offsets are names to Intl too, in forms that FHIR does not have.
  if (!/^[A-Za-z]/.test(text)) return undefined
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone
  } catch {
    return undefined
  }
}

/** Time with one offset, from where the one before it ends. Both are ms. */
interface Stretch {
  offset: number
  until: number
}

/** ms of the time for which stretches are kept together: a bit more than a year, to have few of them. */
const SPAN = 2 ** 35

/** Local and real time are never as far from each other as this. */
const MARGIN = 2 * DAY

/** Rules are looked at from the first year that FHIR has up to where only repetitions follow. */
const FIRST = -62_135_596_800_000
const LAST = Date.UTC(2100, 0, 1)

class NamedZone implements Zone {
  readonly name: string
  /** By number of the span; FHIR's years have some 9,200 of them. */
  private readonly known = new Map<number, readonly Stretch[]>()

  constructor(name: string) {
    this.name = name
  }

  moment(local: number): number {
    const span = Math.floor(local / SPAN)
    let begin = Number.NEGATIVE_INFINITY
    for (const { offset, until } of this.known.get(span) ?? this.look(span)) {
      // Clocks that were put forward past it show it never: the moment is that at which they were.
      const moment = Math.max(begin, local - offset)
      if (moment < until) return moment
      begin = until
    }
    return begin
  }

  rules(): string {
    return JSON.stringify(stretches(this.name, FIRST - MARGIN, LAST).map(({ offset, until }) => [offset, until]))
  }

  private look(span: number): readonly Stretch[] {
    const found = stretches(this.name, span * SPAN - MARGIN, (span + 1) * SPAN + MARGIN)
    this.known.set(span, found)
    return found
  }
}

/** The stretches between two moments; the last one has no end. */
function stretches(name: string, from: number, to: number): Stretch[] {
  const found: Stretch[] = []
  let time = Temporal.Instant.fromEpochMilliseconds(from).toZonedDateTimeISO(name)
  for (;;) {
    const offset = time.offsetNanoseconds / 1_000_000
    const next = time.getTimeZoneTransition('next')
    if (!next || next.epochMilliseconds > to) return [...found, { offset, until: Number.POSITIVE_INFINITY }]
    found.push({ offset, until: next.epochMilliseconds })
    time = next
  }
}

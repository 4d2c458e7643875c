import { addDays, type LocalTime, later, workdayUpTo } from './calendar.ts'
import type { Chart } from './chart.ts'
import type { Random } from './random.ts'
import { type Episode, episodes, type Persona, rowOf, type StoryEntry } from './tables.ts'

/** How far back the records go, in days. */
const LONGEST_AGO = 1080
/** Days between visits: room for the longest stay. */
const APART = 14
/** Share of visits for a chronic condition among those of patients who have one. */
const FOLLOW_UPS = 0.6

/** One coming of a patient to the hospital. */
export interface Visit {
  /** Place among the patient's visits, from 1. */
  number: number
  episode: Episode
  entry: StoryEntry
  start: LocalTime
  /** None while the patient is still there. */
  end: LocalTime | undefined
  nights: number
  /** When the claim is made, once the visit is over. */
  claimDaysAgo: number
  /** ICD-10-CM as coded, the principal one first, comorbidities of an inpatient last. */
  diagnoses: string[]
  disposition: string
}

/**
 * The visits of a patient, oldest first: those of the story, and others that fit. Which they are depends on the seed
 * alone, never on `today`, so that ids stay the same from day to day.
 */
export function courseOf(chart: Chart): Visit[] {
  const { persona, random } = chart
  const entries = [...persona.story]
  const wanted = Math.max(2, Math.min(6, persona.story.length + random.integer(1, 4)))
  const days = freeDays(persona)
  for (let tries = 0; entries.length < wanted && tries < 200; tries++) {
    const daysAgo = random.integer(days.latest, days.earliest)
    if (entries.some((entry) => Math.abs(entry.daysAgo - daysAgo) < APART)) continue
    const fitting = fittingEpisodes(persona, entries, daysAgo)
    const followUps = fitting.filter((name) => episodes[name]?.fill?.needs !== undefined)
    const among = followUps.length > 0 && random.chance(FOLLOW_UPS) ? followUps : fitting
    if (among.length > 0) entries.push({ episode: random.pick(among), daysAgo })
  }
  entries.sort((one, other) => other.daysAgo - one.daysAgo)
  return entries.map((entry, index) => scheduled(chart, entry, index + 1))
}

/** Between which days there may be visits outside the story: within life, and while a payer covers them. */
function freeDays({ bornDaysAgo, coverageEndedDaysAgo, story }: Persona): { earliest: number; latest: number } {
  const death = story.find((entry) => entry.disposition === 'exp')
  const stay = story.find((entry) => entry.inProgress)
  return {
    earliest: Math.min(LONGEST_AGO, (bornDaysAgo ?? LONGEST_AGO) - APART),
    latest: death ? death.daysAgo + APART : stay ? 24 : Math.max(12, (coverageEndedDaysAgo ?? 0) + 5),
  }
}

function fittingEpisodes(persona: Persona, entries: StoryEntry[], daysAgo: number): string[] {
  const age = (persona.bornDaysAgo ?? (persona.age + 0.5) * 365.25) / 365.25 - daysAgo / 365.25
  return Object.keys(episodes).filter((name) => {
    const fill = episodes[name]?.fill
    if (!fill || age < fill.ages[0] || age >= fill.ages[1] + 1) return false
    if (fill.gender && fill.gender !== persona.gender) return false
    if (fill.needs) return persona.chronic.includes(fill.needs)
    return entries.every((entry) => entry.episode !== name)
  })
}

function scheduled(chart: Chart, entry: StoryEntry, number: number): Visit {
  const { random, today } = chart
  const episode = rowOf(episodes, entry.episode)
  const nights = episode.days ? random.integer(...episode.days) : 0
  const start = startOf(episode, addDays(today, -entry.daysAgo), random)
  const end = episode.days
    ? { day: addDays(start.day, nights), minutes: random.integer(600, 900) }
    : later(start, visitLength(episode, random))
  return {
    number,
    episode,
    entry,
    start,
    end: entry.inProgress ? undefined : end,
    nights,
    claimDaysAgo: entry.daysAgo - Math.max(1, nights) - random.integer(3, 6),
    diagnoses: codedDiagnoses(chart.persona, episode, entry),
    disposition: entry.disposition ?? episode.disposition ?? 'home',
  }
}

function startOf({ setting, elective, born }: Episode, day: string, random: Random): LocalTime {
  if (setting === 'AMB') return { day: workdayUpTo(day), minutes: 480 + 15 * random.integer(0, 32) }
  // A child's birth follows the mother's admission of that morning.
  if (born) return { day, minutes: random.integer(600, 1200) }
  return { day, minutes: elective ? random.integer(390, 540) : random.integer(0, 1439) }
}

function visitLength({ setting, procedures }: Episode, random: Random): number {
  if (setting === 'EMER') return random.integer(110, 400)
  return procedures ? random.integer(45, 150) : random.integer(20, 45)
}

/** An inpatient's chronic conditions are coded too, but none of a category that is there already. */
function codedDiagnoses(persona: Persona, episode: Episode, entry: StoryEntry): string[] {
  const coded = entry.codedAs ?? episode.diagnoses
  if (episode.setting !== 'IMP') return coded
  const categories = new Set(coded.map((code) => code.slice(0, 3)))
  return [...coded, ...persona.chronic.filter((code) => !categories.has(code.slice(0, 3)))]
}

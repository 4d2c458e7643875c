import { Cast, type Stage } from './cast.ts'
import { rareSurname } from './persons.ts'

type Plot = (cast: Cast) => void

/** Somebody looks at a few days at a record that is none of the own business. */
function curious(
  rule: string,
  whose: (cast: Cast, who: ReturnType<Cast['snooper']>) => ReturnType<Cast['strangers']>[number],
): Plot {
  return (cast) => {
    const who = cast.snooper()
    const since = cast.looks.length
    const patient = whose(cast, who)
    patient.isCast = true
    for (const day of cast.someDays(3)) cast.look(who, patient, { day })
    cast.note(rule, who, since)
  }
}

const ownRecord = curious('own-record', ({ stage }, who) => stage.patients.recordOf(who))

const exSpouse = curious('same-address', ({ stage }, who) =>
  stage.patients.cast(undefined, { ...who.home, phone: '+1-555-100-0000' }),
)

const relative = curious('same-surname', ({ stage }, who) => {
  who.family = rareSurname(stage.draw)
  return stage.patients.cast(who.family)
})

const neighbour = curious('neighbour', ({ stage }, who) => {
  const { house } = who.home
  const next = { ...who.home, house: house > 2 ? house - 2 : house + 2, phone: '+1-555-101-0000' }
  return stage.patients.cast(undefined, next)
})

const dead = curious('deceased', ({ stage }) => {
  const patient = stage.patients.cast()
  patient.deceased = -stage.draw.integer(60, 400)
  return patient
})

const colleague: Plot = (cast) => {
  const who = cast.snooper()
  const { work, patients } = cast.stage
  const other = work.of(who.job, who.department).find((one) => one !== who)!
  const patient = patients.recordOf(other)
  patient.isCast = true
  const since = cast.looks.length
  const days = cast.someDays(2)
  cast.stay(patient, days[0]!, [who, other])
  for (const day of days) cast.look(who, patient, { day })
  cast.note('co-worker', who, since)
}

/** Many look at somebody whom all know, while the stay lasts. */
const celebrity: Plot = (cast) => {
  const { patients, days } = cast.stage
  const patient = patients.cast()
  patient.label = 'CEL'
  const day = cast.day()
  const ward = cast.stage.work.departments.find(({ kind }) => kind === 'ward')!
  const many = days > 100 ? 8 : 4
  const curious = Array.from({ length: many }, () => cast.snooper(({ department }) => department !== ward))
  cast.staying.push(cast.stage.visits.visit(patient, ward, day, curious))
  for (const who of curious) {
    const since = cast.looks.length
    cast.look(who, patient, { day: Math.min(day + cast.stage.draw.integer(0, 2), days - 1) })
    cast.note('vip', who, since)
  }
}

/** One record after the other, hardly looked at. */
function series(
  rule: string,
  { count, hour, apart, early }: { count: number; hour: number; apart: number; early?: number },
): Plot {
  return (cast) => {
    const who = cast.snooper()
    const since = cast.looks.length
    const start = cast.startOf(cast.day(early)) + hour * 3_600_000
    for (const [at, patient] of cast.strangers(count).entries()) {
      cast.look(who, patient, { at: start + at * apart * 1000 }, 'glance', 1)
    }
    cast.note(rule, who, since)
  }
}

const emergency: Plot = (cast) => {
  const who = cast.snooper(({ job }) => job !== 'registrar')
  const since = cast.looks.length
  cast.look(who, cast.stage.patients.cast(), { day: cast.day() }, 'emergency', 4)
  cast.note('break-glass', who, since)
}

const refused: Plot = (cast) => {
  const who = cast.snooper()
  const since = cast.looks.length
  const patient = cast.stage.patients.cast()
  patient.label = 'R'
  cast.look(who, patient, { day: cast.day() }, 'refused', 16)
  cast.note('refusals', who, since)
}

const left: Plot = (cast) => {
  const who = cast.snooper()
  const since = cast.looks.length
  who.ended = cast.day()
  for (const patient of cast.strangers(2))
    cast.look(who, patient, { day: Math.min(who.ended + 3, cast.stage.days - 1) })
  cast.note('ended-account', who, since)
}

const taken: Plot = (cast) => {
  const who = cast.snooper()
  const { deeds } = cast.stage
  const at = cast.startOf(cast.day()) + 14 * 3_600_000
  cast.extra.push({ at, deed: deeds.export(at, deeds.agentOf(who), who.from, 1_840) })
  cast.cases.push({ rule: 'bulk-export', user: `Practitioner/${who.id}`, patients: [], from: at, to: at })
}

const PLOTS: readonly Plot[] = [
  // Who leaves has no part in a visit that is made for another.
  left,
  ownRecord,
  exSpouse,
  relative,
  neighbour,
  dead,
  colleague,
  series('after-hours', { count: 15, hour: 1, apart: 240 }),
  series('serial-lookups', { count: 30, hour: 10, apart: 50 }),
  series('volume-spike', { count: 70, hour: 8, apart: 400, early: 0.6 }),
  emergency,
  refused,
  taken,
]

/** Cases of each kind in a hospital of 300 beds, and in the smallest. */
const MANY = 6
const FEW = 2

/** Plants snooping of each kind, each by somebody else. */
export function plant(stage: Stage, scale: number): Cast {
  const cast = new Cast(stage)
  const count = Math.max(FEW, Math.round(MANY * Math.min(1, scale)))
  for (const plot of PLOTS) for (let at = 0; at < count; at++) plot(cast)
  for (let at = 0; at < Math.max(1, count / 2); at++) celebrity(cast)
  return cast
}

import type { Resource } from '@medplum/fhirtypes'
import { addDays } from './calendar.ts'
import { type Pointer, referTo } from './codes.ts'
import { Random } from './random.ts'
import type { Persona } from './tables.ts'

/** One patient's record while it is written. */
export class Chart {
  readonly persona: Persona
  /** The patient's place in the table, from 1. */
  readonly number: number
  readonly today: string
  readonly random: Random
  readonly birthDate: string
  readonly resources: Resource[] = []
  /** Conditions of the problem list by ICD-10-CM code. */
  readonly problems = new Map<string, Pointer>()
  readonly prescribed = new Set<string>()
  private readonly counts = new Map<string, number>()

  constructor(persona: Persona, number: number, seed: number, today: string) {
    this.persona = persona
    this.number = number
    this.today = today
    this.random = new Random(seed, number)
    this.birthDate = birthDateOf(persona, today)
  }

  get patient(): Pointer {
    return referTo('Patient', `demo-patient-${this.label}`, this.name)
  }

  get coverage(): Pointer {
    return referTo('Coverage', `demo-coverage-${this.label}`)
  }

  get name(): string {
    return `${this.persona.given.join(' ')} ${this.persona.family}`
  }

  get medicalRecordNumber(): string {
    return `LGH${100_000 + this.number * 137}`
  }

  /** The number as it stands in ids. */
  get label(): string {
    return String(this.number).padStart(2, '0')
  }

  /** Age in whole years on a day. */
  ageOn(day: string): number {
    const years = Number(day.slice(0, 4)) - Number(this.birthDate.slice(0, 4))
    return day.slice(5) < this.birthDate.slice(5) ? years - 1 : years
  }

  /** The next id of a kind: `demo-condition-01-3`. */
  nextId(kind: string): string {
    const count = (this.counts.get(kind) ?? 0) + 1
    this.counts.set(kind, count)
    return `demo-${kind}-${this.label}-${count}`
  }

  add(...resources: Resource[]): void {
    this.resources.push(...resources)
  }
}

function birthDateOf({ age, birthday, bornDaysAgo }: Persona, today: string): string {
  if (bornDaysAgo !== undefined) return addDays(today, -bornDaysAgo)
  const monthAndDay = birthday ?? '01-01'
  const year = Number(today.slice(0, 4)) - age
  return `${monthAndDay > today.slice(5) ? year - 1 : year}-${monthAndDay}`
}

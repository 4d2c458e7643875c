import type { Patient, Person, Practitioner, PractitionerRole } from '@medplum/fhirtypes'
import { type Chart, parts, refersTo } from './chart.ts'
import { isSamePerson, type PersonFacts, personFacts } from './person.ts'
import { RecentlyUsed } from './recently-used.ts'

/** What is known of somebody who works here. */
export interface UserFacts extends PersonFacts {
  /** Id of the Practitioner. */
  id: string
  /** Ids of Organizations. */
  organizations: readonly string[]
  /** ms since 1970, from when on all roles are at an end; undefined where one goes on, or no role says so. */
  ended?: number
}

/** What is known of a patient. */
export interface PatientFacts extends PersonFacts {
  id: string
  /** `system|code` of security labels. */
  labels: readonly string[]
  /** ms since 1970, the end of the day of death; `dead` where the day is not known. */
  died?: number | 'dead'
  /** Ids of Practitioners who are the same person. */
  practitioners: readonly string[]
}

const DAY = 86_400_000

/** Patients that are known at a time: each takes a kilobyte or less. */
const KNOWN = 20_000

/** Who users and patients are, looked up in the record in batches. Users stay known, of patients those of late. */
export class People {
  readonly chart: Chart
  private readonly users = new Map<string, UserFacts | undefined>()
  private readonly patients = new RecentlyUsed<string, PatientFacts>(KNOWN)
  private readonly surnames = new Map<string, Promise<number>>()
  private everybody: Promise<number> | undefined

  constructor(chart: Chart) {
    this.chart = chart
  }

  /** Looks up those that are not known yet: users as references, patients by id; answers the patients that there are. */
  async meet(users: Iterable<string>, patients: Iterable<string>): Promise<Map<string, PatientFacts>> {
    await this.meetUsers([...users].filter((user) => !this.users.has(user)))
    return this.meetPatients([...patients])
  }

  /** One that was met; undefined of one who is no Practitioner, or none that is there. */
  user(reference: string): UserFacts | undefined {
    return this.users.get(reference)
  }

  /** How many patients have a surname (folded), and how large a share of all that is. */
  async surname(folded: string): Promise<{ patients: number; share: number }> {
    this.everybody ??= this.chart.count('Patient', { kind: 'all' })
    let count = this.surnames.get(folded)
    if (!count) {
      const where = { kind: 'string', param: 'family', mode: 'whole', texts: [folded] } as const
      count = this.chart.count('Patient', { ...where, texts: [...where.texts] })
      this.surnames.set(folded, count)
    }
    const patients = await count
    return { patients, share: patients / Math.max(1, await this.everybody) }
  }

  private async meetUsers(references: readonly string[]): Promise<void> {
    const byRole = await this.practitionersOf(references)
    const ids = new Map(references.map((user) => [user, byRole.get(user) ?? idOf(user, 'Practitioner')]))
    const wanted = [...new Set([...ids.values()].filter((id) => id !== undefined))]
    const facts = new Map<string, UserFacts>()
    for (const some of parts(wanted)) for await (const one of this.staff(some)) facts.set(one.id, one)
    for (const [user, id] of ids) this.users.set(user, id === undefined ? undefined : facts.get(id))
  }

  /** Ids of the Practitioners of those users who are known by a role. */
  private async practitionersOf(references: readonly string[]): Promise<Map<string, string>> {
    const roles = references.flatMap((user) => idOf(user, 'PractitionerRole') ?? [])
    const found = new Map<string, string>()
    for (const ids of parts(roles)) {
      for await (const { id, practitioner } of this.chart.all<PractitionerRole>('PractitionerRole', {
        kind: 'id',
        ids,
      })) {
        const who = idOf(practitioner?.reference ?? '', 'Practitioner')
        if (who !== undefined) found.set(`PractitionerRole/${id}`, who)
      }
    }
    return found
  }

  private async *staff(ids: string[]): AsyncGenerator<UserFacts> {
    const roles = new Map<string, PractitionerRole[]>()
    const targets = ids.map((id) => ({ type: 'Practitioner', id }))
    for await (const role of this.chart.all<PractitionerRole>('PractitionerRole', refersTo('practitioner', targets))) {
      const id = idOf(role.practitioner?.reference ?? '', 'Practitioner')
      if (id !== undefined) roles.set(id, [...(roles.get(id) ?? []), role])
    }
    for await (const practitioner of this.chart.all<Practitioner>('Practitioner', { kind: 'id', ids })) {
      const own = roles.get(practitioner.id ?? '') ?? []
      const organizations = own.flatMap(({ organization }) => idOf(organization?.reference ?? '', 'Organization') ?? [])
      const ended = endOf(practitioner, own)
      const id = practitioner.id ?? ''
      yield { ...personFacts(practitioner), id, organizations, ...(ended === undefined ? {} : { ended }) }
    }
  }

  private async meetPatients(ids: readonly string[]): Promise<Map<string, PatientFacts>> {
    const met = new Map<string, PatientFacts>()
    const missing = ids.filter((id) => {
      const known = this.patients.get(id)
      if (known) met.set(id, known)
      return !known
    })
    for (const some of parts(missing)) {
      for (const facts of await this.lookUp(some)) {
        this.patients.set(facts.id, facts)
        met.set(facts.id, facts)
      }
    }
    return met
  }

  private async lookUp(ids: string[]): Promise<PatientFacts[]> {
    const found: PatientFacts[] = []
    for await (const patient of this.chart.all<Patient>('Patient', { kind: 'id', ids }))
      found.push(patientFacts(patient))
    const [colleagues, linked] = await Promise.all([this.named(found), this.linked(ids)])
    return found.map((patient) => {
      const same = colleagues.filter((one) => isSamePerson(one, patient)).map(({ id }) => id)
      return { ...patient, practitioners: [...new Set([...same, ...(linked.get(patient.id) ?? [])])] }
    })
  }

  /** Practitioners who have the surname of one of these. */
  private async named(patients: readonly PatientFacts[]): Promise<(PersonFacts & { id: string })[]> {
    const texts = [...new Set(patients.flatMap(({ surnames }) => surnames))]
    const found: (PersonFacts & { id: string })[] = []
    for (const some of parts(texts)) {
      const where = { kind: 'string', param: 'family', mode: 'whole', texts: some } as const
      for await (const one of this.chart.all<Practitioner>('Practitioner', where)) {
        found.push({ ...personFacts(one), id: one.id ?? '' })
      }
    }
    return found
  }

  /** Ids of Practitioners whom a Person links to patients. */
  private async linked(ids: readonly string[]): Promise<Map<string, string[]>> {
    const found = new Map<string, string[]>()
    const targets = ids.map((id) => ({ type: 'Patient', id }))
    for await (const { link = [] } of this.chart.all<Person>('Person', refersTo('link', targets))) {
      const targets = link.map(({ target }) => target.reference ?? '')
      const practitioners = targets.flatMap((target) => idOf(target, 'Practitioner') ?? [])
      for (const patient of targets.flatMap((target) => idOf(target, 'Patient') ?? []))
        found.set(patient, practitioners)
    }
    return found
  }
}

function patientFacts(patient: Patient): PatientFacts {
  const { id = '', meta, deceasedDateTime, deceasedBoolean } = patient
  const labels = (meta?.security ?? []).flatMap(({ system, code }) => (code ? [`${system ?? ''}|${code}`] : []))
  const day = deceasedDateTime === undefined ? Number.NaN : Date.parse(deceasedDateTime)
  const isDead = deceasedBoolean === true || deceasedDateTime !== undefined
  const died = Number.isNaN(day) ? (isDead ? ('dead' as const) : undefined) : day + DAY
  return { ...personFacts(patient), id, labels, ...(died === undefined ? {} : { died }), practitioners: [] }
}

/** When the last of the roles ended, where all have; of one without roles, not known. */
function endOf({ active }: Practitioner, roles: readonly PractitionerRole[]): number | undefined {
  const ends = roles.map(({ period }) => (period?.end === undefined ? Number.NaN : Date.parse(period.end) + DAY))
  const told = ends.filter((end) => !Number.isNaN(end))
  const goesOn = roles.some(
    ({ active: isActive }, at) => Number.isNaN(ends[at]!) && isActive !== false && active !== false,
  )
  return told.length === 0 || goesOn ? undefined : Math.max(...told)
}

function idOf(reference: string, type: string): string | undefined {
  const [name, id, ...more] = reference.split('/')
  return name === type && id && (more.length === 0 || more[0] === '_history') ? id : undefined
}

import type { HumanName, Organization, PractitionerRole, RelatedPerson, Resource } from '@medplum/fhirtypes'
import { systemAccess } from '../../auth/access.ts'
import type { DeedAgent } from '../../auth/audit/deed.ts'
import { agentName } from '../../auth/audit/keys.ts'
import type { Searcher } from '../../search/searcher.ts'
import { ALWAYS, nameOf, namesOf, type ReadingContext, type Span, spanOf } from './record-reading.ts'

/** A name by which a record may know somebody, for as long as it is theirs. */
export interface HeldName extends Span {
  /** `Practitioner/1`, `Organization/2` */
  name: string
}

/** Who did something, as the directory has them now. */
export interface KnownAgent {
  /** `agentName` of the log: tells agents apart. */
  key: string
  /** `Type/id`, where it is a user. */
  user?: string
  /** For people; undefined where nothing is known of the name. */
  display?: string
  roles: readonly string[]
  departments: readonly string[]
  names: readonly HeldName[]
  /** Ids of Patients that it is, or stands for. */
  own: ReadonlySet<string>
}

/** Agents and organizations that are kept in mind. */
const MOST_KEPT = 5_000

/** Roles of a practitioner that are looked at. */
const MOST_ROLES = 100

const { r: EVERYTHING } = systemAccess('directory of agents').may

/** Looks agents up: who they are, what they work as and for whom. What is looked up is kept as long as the directory. */
export class Directory {
  private readonly searcher: Searcher
  private readonly context: ReadingContext
  private readonly agents = new Map<string, Promise<KnownAgent>>()
  private readonly organizations = new Map<string, Promise<Organization | undefined>>()

  constructor(searcher: Searcher, context: ReadingContext) {
    this.searcher = searcher
    this.context = context
  }

  of(agent: DeedAgent): Promise<KnownAgent> {
    const key = JSON.stringify([agent.user, agent.organization, agent.role, agentName(agent)])
    return kept(this.agents, key, () => this.look(agent))
  }

  /** undefined where it is not here. */
  organization(name: string): Promise<Organization | undefined> {
    return kept(this.organizations, name, () => this.read<Organization>(name))
  }

  /** What is kept under `Type/id`; undefined where it is not here. */
  async read<T extends Resource>(name: string): Promise<T | undefined> {
    const [type = '', id = ''] = name.split('/')
    const version = await this.searcher.read({ type, id }, EVERYTHING)
    return version && (JSON.parse(version.text.toString()) as T)
  }

  private async look(agent: DeedAgent): Promise<KnownAgent> {
    const { user, organization, role } = agent
    const known = user === undefined ? NOBODY : await this.person(user)
    const employer = organization === undefined ? [] : [{ name: `Organization/${organization}`, ...ALWAYS }]
    const names = [...known.names, ...employer]
    const departments = await this.departmentsOf(names)
    const display = known.display ?? (user === undefined ? undefined : user)
    return {
      key: agentName(agent),
      ...(user === undefined ? {} : { user }),
      ...(display === undefined ? {} : { display }),
      roles: known.roles.length > 0 || role === undefined ? known.roles : [role],
      departments,
      names,
      own: new Set(known.own),
    }
  }

  private async departmentsOf(names: readonly HeldName[]): Promise<string[]> {
    const found: string[] = []
    for (const { name } of names.filter((one) => one.name.startsWith('Organization/'))) {
      const text = (await this.organization(name))?.name ?? name
      if (!found.includes(text)) found.push(text)
    }
    return found
  }

  private async person(user: string): Promise<Person> {
    switch (user.split('/', 1)[0]) {
      case 'Practitioner':
        return this.practitioner(user)
      case 'PractitionerRole': {
        const role = await this.read<PractitionerRole>(user)
        const practitioner = nameOf(role?.practitioner, this.context)
        return practitioner === undefined ? personOf(user) : this.practitioner(practitioner)
      }
      case 'RelatedPerson': {
        const related = await this.read<RelatedPerson>(user)
        const patient = nameOf(related?.patient, this.context)
        return { ...personOf(user, related?.name), own: ofPatients([patient]) }
      }
      case 'Person':
        return this.linked(user)
      default:
        return { ...personOf(user), own: ofPatients([user]) }
    }
  }

  private async practitioner(name: string): Promise<Person> {
    const found = await this.read<Resource & { resourceType: 'Practitioner' }>(name)
    const roles = await this.rolesOf(name)
    const held = roles.flatMap((role) => this.heldBy(role))
    return {
      ...personOf(name, found?.name),
      roles: [...new Set(roles.flatMap(({ code = [] }) => code.flatMap(wordsOf)))],
      names: [{ name, ...ALWAYS }, ...held],
    }
  }

  private async rolesOf(practitioner: string): Promise<PractitionerRole[]> {
    const [type = '', id = ''] = practitioner.split('/')
    const where = {
      kind: 'reference' as const,
      param: 'practitioner',
      targets: [{ type, id }],
      bare: { types: [], ids: [] },
      uris: [],
    }
    const search = { type: 'PractitionerRole', where, restriction: EVERYTHING }
    const { found } = await this.searcher.find(search, MOST_ROLES)
    const versions = found.length > 0 ? await this.searcher.versions(found) : []
    return versions.map(({ text }) => JSON.parse(text.toString()) as PractitionerRole)
  }

  private heldBy({ id, organization, location = [], period }: PractitionerRole): HeldName[] {
    const span = spanOf(period?.start, period?.end, this.context)
    const places = namesOf([organization, ...location], this.context)
    return [`PractitionerRole/${id}`, ...places].map((name) => ({ name, ...span }))
  }

  /** Whom a Person is linked to, each for itself; a Person that leads to a Person leads no further. */
  private async linked(user: string): Promise<Person> {
    const person = await this.read<Resource & { resourceType: 'Person' }>(user)
    const targets = (person?.link ?? []).map(({ target }) => target)
    const names = namesOf(targets, this.context).filter((name) => !name.startsWith('Person/'))
    const known = await Promise.all(names.map((name) => this.person(name)))
    return {
      ...personOf(user, person?.name),
      roles: known.flatMap(({ roles }) => roles),
      names: [{ name: user, ...ALWAYS }, ...known.flatMap((one) => one.names)],
      own: known.flatMap(({ own }) => own),
    }
  }
}

/** What is known of a user before the employer is asked for. */
interface Person {
  display?: string
  roles: readonly string[]
  names: readonly HeldName[]
  own: readonly string[]
}

const NOBODY: Person = { roles: [], names: [], own: [] }

function personOf(name: string, names: readonly HumanName[] = []): Person {
  const display = humanName(names)
  return { ...(display === '' ? {} : { display }), roles: [], names: [{ name, ...ALWAYS }], own: [] }
}

function ofPatients(names: readonly (string | undefined)[]): string[] {
  return names.flatMap((name) => (name?.startsWith('Patient/') ? [name.slice('Patient/'.length)] : []))
}

/** A name as it is written; '' where there is none. */
export function humanName(names: readonly HumanName[]): string {
  const name = names.find(({ use }) => use === 'official') ?? names[0]
  if (!name) return ''
  const { prefix = [], given = [], family, suffix = [], text } = name
  return text ?? [...prefix, ...given, family, ...suffix].filter((part) => part !== undefined).join(' ')
}

function wordsOf({ text, coding = [] }: { text?: string; coding?: { display?: string; code?: string }[] }): string[] {
  const words = text ?? coding[0]?.display ?? coding[0]?.code
  return words === undefined ? [] : [words]
}

function kept<T>(map: Map<string, Promise<T>>, key: string, look: () => Promise<T>): Promise<T> {
  const known = map.get(key)
  if (known) return known
  if (map.size >= MOST_KEPT) map.delete(map.keys().next().value!)
  const found = look()
  map.set(key, found)
  // What failed is asked for again.
  found.catch(() => map.delete(key))
  return found
}

import type { Organization, Patient } from '@medplum/fhirtypes'
import type { DeedAgent } from '../../../auth/audit/deed.ts'
import type { Directory, KnownAgent } from '../directory.ts'
import { nameOf, type ReadingContext } from '../record-reading.ts'
import { isOutsideRole, isOutsideType } from './settings.ts'

/** Steps of Organization.partOf that are followed. */
const MOST_STEPS = 10

/** Tells who is of the hospital that keeps a record, and who of another organization. */
export class Outside {
  private readonly directory: Directory
  private readonly context: ReadingContext
  /** The topmost organization of the hospital that keeps the record; undefined where the record does not tell. */
  private readonly own: string | undefined

  private constructor(directory: Directory, context: ReadingContext, own: string | undefined) {
    this.directory = directory
    this.context = context
    this.own = own
  }

  /** For the record of one patient: its Patient.managingOrganization is of the hospital. */
  static async of(patient: string, directory: Directory, context: ReadingContext): Promise<Outside> {
    const found = await directory.read<Patient>(`Patient/${patient}`)
    const managing = nameOf(found?.managingOrganization, context)
    const unknown = new Outside(directory, context, undefined)
    const top = managing === undefined ? undefined : (await unknown.chain(managing)).at(-1)
    return new Outside(directory, context, top?.name)
  }

  /**
   * The other organization that somebody works for; undefined for those of the hospital. A stranger is what has the role of
   * one, or is a patient, without an organization.
   */
  async organizationOf(agent: DeedAgent, { names }: KnownAgent): Promise<string | 'stranger' | undefined> {
    for (const { name } of names.filter((one) => one.name.startsWith('Organization/'))) {
      if (await this.isOutside(name)) return name
    }
    const isStranger = isOutsideRole(agent.role) || /^(Patient|RelatedPerson)\//.test(agent.user ?? '')
    return isStranger ? 'stranger' : undefined
  }

  private async isOutside(name: string): Promise<boolean> {
    const chain = await this.chain(name)
    if (chain.some(({ organization }) => typesOf(organization).some(isOutsideType))) return true
    return this.own !== undefined && chain.at(-1)?.name !== this.own
  }

  private async chain(name: string): Promise<{ name: string; organization: Organization | undefined }[]> {
    const chain: { name: string; organization: Organization | undefined }[] = []
    let next: string | undefined = name
    while (next !== undefined && chain.length < MOST_STEPS) {
      const organization: Organization | undefined = await this.directory.organization(next)
      chain.push({ name: next, organization })
      next = nameOf(organization?.partOf, this.context)
    }
    return chain
  }
}

function typesOf(organization: Organization | undefined): (string | undefined)[] {
  return (organization?.type ?? []).flatMap(({ coding = [] }) => coding.map(({ code }) => code))
}

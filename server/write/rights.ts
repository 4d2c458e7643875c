import { type Access, mayAll, mayChooseIds, type Permission } from '../../auth/access.ts'
import { FhirError } from '../../resources/fhir-error.ts'
import { redactedText } from '../../resources/redact.ts'
import type { Change, Guard, StoredVersion, WriteChange } from '../../resources/store/port.ts'
import type { Expression } from '../../search/expression.ts'
import { allowed, type Content, isFar } from '../../search/judge.ts'
import { type LiveVersion, type Restriction, restrictionOf } from '../../search/searcher.ts'
import type { Services } from '../call.ts'
import { areLinked } from '../linked-binaries.ts'
import { isCut } from '../shown.ts'
import { visible } from '../visible.ts'
import { demandLinks } from './attachments.ts'
import type { Draft, Target } from './draft.ts'
import { demandLabels } from './labels.ts'
import { demandWritable } from './writable.ts'

/**
 * What stands where something is to be written, as far as the caller may know. `open`: whatever stands there may be
 * overwritten, and nothing was looked up. `absent`: nothing that the caller may know of.
 */
export type Standing = { kind: 'open' | 'absent' } | { kind: 'there'; version: LiveVersion }

/** What is noted of a change until all of a unit are there to be judged. */
interface Noted {
  permissions: readonly Permission[]
  before: LiveVersion | undefined
}

const EVERYTHING: Restriction = { byType: {}, others: { kind: 'all' } }

/**
 * Judges what a caller writes: what is there must be what may be changed, and what comes of it what may be written. What a
 * judgement rests on is guarded or expected, so that the commit insists on it. Made anew for each attempt.
 */
export class Rights {
  private readonly access: Access
  private readonly services: Services
  private readonly guards: Guard[]
  private readonly noted = new Map<Change, Noted>()
  private readonly own = new Map<string, Content>()

  /** `guards` are those of the unit. */
  constructor(access: Access, services: Services, guards: Guard[]) {
    this.access = access
    this.services = services
    this.guards = guards
  }

  /**
   * What stands where a draft's target is. Throws `forbidden` where the caller may know of it and not change it, `not-found`
   * for an update or patch of what is not there, unless the caller may choose ids.
   */
  async standing({ call, document }: Draft, target: Target): Promise<Standing> {
    const { type, id } = target
    const { interaction } = call
    if (interaction === 'create') return { kind: 'absent' }
    const permission = interaction === 'delete' ? 'd' : 'u'
    if (this.isOpen(permission, type)) return { kind: 'open' }
    const isCreator = this.mayCreateAt(type)
    if (target.mustBeNew) {
      if (document?.value.id === undefined || isCreator) return { kind: 'absent' }
      throw FhirError.of('forbidden', `This caller cannot choose the id of a ${type}.`)
    }
    const version = await this.changeable(type, id, permission)
    if (version === 'forbidden' && this.leavesOut(call)) return { kind: 'absent' }
    if (version === 'forbidden')
      throw FhirError.of(
        'forbidden',
        `Neither the scopes nor the role of this caller have ${type}.${permission} for it.`,
      )
    if (version) return { kind: 'there', version }
    if (interaction !== 'delete' && !(isCreator && (await this.isFree(type, id)))) {
      throw FhirError.of('not-found', `${type}/${id} is not known.`)
    }
    if (interaction === 'update') this.guard(type, { kind: 'id', ids: [id] }, EVERYTHING, [])
    return { kind: 'absent' }
  }

  /** Notes a change that was made for a draft, with what it found. */
  note(change: Change, { call }: Draft, standing: Standing): void {
    if (change.kind !== 'write') return
    const { type, id, entries, contained } = change
    const creates = standing.kind === 'absent'
    const before = standing.kind === 'there' ? standing.version : undefined
    const updates: Permission[] = creates ? ['u', 'c'] : ['u']
    this.noted.set(change, { permissions: call.interaction === 'create' ? ['c'] : updates, before })
    this.own.set(`${type}/${id}`, { type, id, lastUpdated: Date.now(), entries, contained })
  }

  /** Throws `forbidden` unless a noted change may be made. All of its unit have to be noted by then. */
  async demand(change: Change): Promise<void> {
    const noted = this.noted.get(change)
    if (!noted || change.kind !== 'write') return
    for (const permission of noted.permissions) await this.demandContent(change, permission)
    const { access, services } = this
    const texts = [change.text, ...(noted.before ? [noted.before.text] : [])]
    if (isCut(access) && texts.some((text) => redactedText(text, access.hidden) !== text)) {
      throw FhirError.of('forbidden', 'Parts of what this would write are withheld from this caller.')
    }
    demandLabels(access, noted.before?.text, change, this.services.config.labels)
    if (noted.before) demandWritable(access, noted.before.text, change)
    await demandLinks(change, noted.before, access, services, (name) => this.own.has(name))
  }

  private async demandContent({ type, id }: WriteChange, permission: Permission): Promise<void> {
    if (mayAll(this.access, permission, type)) return
    const content = this.own.get(`${type}/${id}`)!
    const [isAllowed] = await allowed([content], this.access.may[permission], {
      searcher: this.services.searcher,
      own: (name) => this.own.get(`${name.type}/${name.id}`),
      told: (search, ids) => this.guards.push({ selection: this.services.searcher.selection(search), ids }),
    })
    if (!isAllowed) throw FhirError.of('forbidden', `The ${type} is outside of what this caller may write.`)
  }

  /** Whether nothing that stands there need be known. */
  private isOpen(permission: Permission, type: string): boolean {
    const { access } = this
    if (!mayAll(access, permission, type) || this.isLinked(type)) return false
    if (permission === 'd') return true
    const isRuled = Object.hasOwn(access.writable, type) || access.labels !== 'all' || isCut(access)
    return mayAll(access, 'c', type) && !isRuled
  }

  /** To write under an id of the caller's choice tells whether something is there: it is for those who may see to all. */
  private mayCreateAt(type: string): boolean {
    return mayChooseIds(this.access, type) && !this.isLinked(type)
  }

  /** Whether nothing stands there, not even what the caller may not know of. */
  private async isFree(type: string, id: string): Promise<boolean> {
    return (await this.services.store.read(type, id))?.text === undefined
  }

  /** Binaries that are read for what they belong to are changed for that alone. */
  private isLinked(type: string): boolean {
    return type === 'Binary' && areLinked(this.access)
  }

  /** Where several may be deleted, those that may not be are left out. */
  private leavesOut({ interaction, id }: Draft['call']): boolean {
    return interaction === 'delete' && id === undefined && this.services.config.conditionalDelete === 'multiple'
  }

  private async changeable(type: string, id: string, permission: Permission) {
    const { access, services } = this
    const restriction = access.may[permission]
    if (this.isLinked(type) && !live(await visible(type, id, access, services))) return undefined
    const own = live(await visible(type, id, access, services, permission))
    if (own && isFar(restrictionOf(restriction, type))) this.guard(type, { kind: 'id', ids: [id] }, restriction, [id])
    if (own || mayAll(access, permission, type)) return own
    return live(await visible(type, id, access, services)) ? 'forbidden' : undefined
  }

  private guard(type: string, where: Expression, restriction: Restriction, ids: string[]): void {
    this.guards.push({ selection: this.services.searcher.selection({ type, where, restriction }), ids })
  }
}

function live(version: StoredVersion | undefined): LiveVersion | undefined {
  return version?.text ? (version as LiveVersion) : undefined
}

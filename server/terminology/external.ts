import type { ConceptSource, Edition, SourceOpener } from '../../resources/terminology/concept-source.ts'
import type { Answer } from './kept-answers.ts'
import { type Manners, RemoteServer } from './remote-server.ts'
import { RemoteSource } from './remote-source.ts'
import type { TerminologyServers } from './settings.ts'

/** Code systems of terminology servers elsewhere. */
export class ExternalTerminology implements SourceOpener {
  private readonly servers: ReadonlyMap<string, RemoteServer>
  private readonly settings: TerminologyServers

  constructor(settings: TerminologyServers, manners: Manners = {}) {
    this.settings = settings
    const bases = new Set([...settings.bySystem.values(), ...(settings.others === undefined ? [] : [settings.others])])
    this.servers = new Map([...bases].map((base) => [base, new RemoteServer(base, manners)]))
  }

  /**
   * A system that a setting names is taken as held there. The server for all others is asked whether it has a system.
   *
   * @throws FhirError `unavailable` (issue `transient`) when that one is away
   */
  async open(system: string, version?: string): Promise<ConceptSource | undefined> {
    const own = this.settings.bySystem.get(system)
    if (own !== undefined) return new RemoteSource(this.servers.get(own)!, editionOf(system, version, {}))
    const server = this.settings.others === undefined ? undefined : this.servers.get(this.settings.others)
    if (!server || !/^(https?:\/\/|urn:)\S{1,250}$/.test(system)) return undefined
    const bundle = await server.get('CodeSystem', {
      url: system,
      _elements: 'url,version,name,title,content,caseSensitive',
    })
    const [found] = resourcesOf(bundle).filter(({ url }) => url === system)
    return found && new RemoteSource(server, editionOf(system, version, found))
  }

  /** What is elsewhere may change without a sign: answers are kept for a time, and that is all. */
  async stamp(): Promise<string> {
    return 'external'
  }
}

/** Those that the settings name; undefined for none. */
export function externalTerminology(settings: {
  terminologyServers?: TerminologyServers
}): ExternalTerminology | undefined {
  return settings.terminologyServers && new ExternalTerminology(settings.terminologyServers)
}

/** The content there is taken as complete, unless it says otherwise: a code that it does not have is none. */
function editionOf(system: string, version: string | undefined, found: Readonly<Record<string, unknown>>): Edition {
  const { name, title, content, caseSensitive } = found
  return {
    system,
    version,
    name: typeof name === 'string' ? name : system,
    ...(typeof title === 'string' ? { title } : {}),
    content: content === 'fragment' || content === 'example' ? content : 'complete',
    caseSensitive: caseSensitive !== false,
  }
}

function resourcesOf(bundle: Answer): Readonly<Record<string, unknown>>[] {
  const entries = bundle?.entry
  if (!Array.isArray(entries)) return []
  return entries.flatMap((entry: { resource?: unknown } | null) =>
    typeof entry?.resource === 'object' && entry.resource !== null ? [entry.resource as Record<string, unknown>] : [],
  )
}

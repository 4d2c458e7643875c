import type {
  CapabilityStatement,
  CapabilityStatementRestResource,
  CapabilityStatementRestResourceSearchParam,
  CapabilityStatementRestSecurity,
} from '@medplum/fhirtypes'
import type { Endpoints } from '../../auth/smart/smart-configuration.ts'
import { type Declared, OPERATIONS, SYSTEM_OPERATIONS } from '../../operations/registry.ts'
import { compartmentTables, fhirVersion, storableTypes } from '../../resources/definitions/definitions.ts'
import { APART } from '../../search/apart.ts'
import { isCommon } from '../../search/criteria-of-types.ts'
import { type ParameterRegistry, parametersOf } from '../../search/parameters.ts'
import { typeInteractions } from '../routing.ts'
import { type Includes, includesByType } from './includes.ts'
import { smartSecurity } from './smart-security.ts'

/** What the statement tells of this server besides its code. */
export interface ConformanceFacts {
  baseUrl: string
  version: string
  /** When this server was started: the statement may differ from then on. */
  date: string
  conditionalDelete: 'single' | 'multiple'
  /** Where tokens are had, where who asks must show one. */
  endpoints: Endpoints | undefined
  /** Whether pages of other origins may use the server. */
  cors: boolean
  /** Whether records of the audit log are durable before answers leave, or within a second. */
  audit: 'full' | 'second'
  parameters: ParameterRegistry
  /** Canonicals of the profiles that packages define, by the type they are of. */
  profiles: ReadonlyMap<string, readonly string[]>
}

type ResourceInteraction = NonNullable<CapabilityStatementRestResource['interaction']>[number]['code']

/** The CapabilityStatement of this server (R4 http, capabilities): what really works, and no more. */
export function capabilityStatement(facts: ConformanceFacts): CapabilityStatement {
  const includes = includesByType(facts.parameters)
  return {
    resourceType: 'CapabilityStatement',
    status: 'active',
    date: facts.date,
    kind: 'instance',
    software: { name: 'chartroom', version: facts.version },
    implementation: {
      description: `chartroom, the FHIR server of the health information department. ${AUDIT[facts.audit]}`,
      url: facts.baseUrl,
    },
    fhirVersion: fhirVersion as '4.0.1',
    format: ['json', 'application/fhir+json'],
    patchFormat: ['application/json-patch+json', 'application/fhir+json'],
    rest: [
      {
        mode: 'server',
        documentation: AUDIT[facts.audit],
        security: security(facts),
        resource: [...storableTypes].map((type) => resourceCapability(type, facts, includes.get(type)!)),
        interaction: [
          { code: 'transaction' },
          { code: 'batch' },
          { code: 'history-system' },
          { code: 'search-system' },
        ],
        searchParam: searchParameters('Basic', facts.parameters).filter(({ name }) => isCommon(name ?? '')),
        operation: [...SYSTEM_OPERATIONS, ...OPERATIONS.filter(isOfSystem)].map(named),
        compartment: [...compartmentTables.keys()].map(compartmentUrl),
      },
    ],
  }
}

/** How sure it is that what was answered is on record. */
const AUDIT = {
  full: 'Every interaction and operation is on record in the audit log before it is answered.',
  second:
    'CHARTROOM_AUDIT=second: reads and searches are on record in the audit log within one second of their answers; a crash may lose the records of that second. Writes are on record before they are answered.',
}

function security({ endpoints, cors }: ConformanceFacts): CapabilityStatementRestSecurity {
  if (!endpoints) {
    const description =
      'AUTH is off: every door is open. This server listens on loopback alone and is for trial and development.'
    return { cors, description }
  }
  return { cors, ...smartSecurity(endpoints) }
}

function compartmentUrl(type: string): string {
  return `http://hl7.org/fhir/CompartmentDefinition/${type.charAt(0).toLowerCase()}${type.slice(1)}`
}

function searchParameters(type: string, registry: ParameterRegistry): CapabilityStatementRestResourceSearchParam[] {
  const built = ['_id', '_lastUpdated'].map((name) => ({
    name,
    definition: `http://hl7.org/fhir/SearchParameter/Resource-${name.slice(1)}`,
    type: name === '_id' ? ('token' as const) : ('date' as const),
  }))
  const indexed = [...parametersOf(type, registry).values()].map(({ code, url, type: searchType }) => ({
    name: code,
    definition: url,
    type: searchType,
  }))
  return [...built, ...indexed.sort((one, other) => (one.name < other.name ? -1 : 1))]
}

function operationsOf(type: string): Pick<CapabilityStatementRestResource, 'operation'> {
  const own = OPERATIONS.filter(({ resourceTypes }) => resourceTypes.includes(type))
  return own.length > 0 ? { operation: own.map(named) } : {}
}

function isOfSystem({ levels }: Declared): boolean {
  return (levels as readonly string[]).includes('system')
}

function named({ code: name, definition }: { code: string; definition: string }) {
  return { name, definition }
}

/** What can be done with resources that change. */
const REWRITTEN = {
  versioning: 'versioned',
  readHistory: true,
  updateCreate: true,
  conditionalCreate: true,
  conditionalUpdate: true,
} as const

/** The audit log's events have one version each. */
const WRITTEN_ONCE = {
  versioning: 'versioned',
  readHistory: true,
  updateCreate: false,
  conditionalCreate: false,
  conditionalUpdate: false,
  conditionalDelete: 'not-supported',
} as const

function resourceCapability(
  type: string,
  facts: ConformanceFacts,
  includes: Includes,
): CapabilityStatementRestResource {
  return {
    type: type as CapabilityStatementRestResource['type'],
    profile: `http://hl7.org/fhir/StructureDefinition/${type}`,
    ...supported(facts.profiles.get(type) ?? []),
    interaction: typeInteractions(type).map((code) => ({ code: code as ResourceInteraction })),
    ...(APART.has(type) ? WRITTEN_ONCE : { ...REWRITTEN, conditionalDelete: facts.conditionalDelete }),
    conditionalRead: 'full-support',
    referencePolicy: ['literal', 'logical', 'local'],
    ...includes,
    searchParam: searchParameters(type, facts.parameters),
    ...operationsOf(type),
  }
}

function supported(profiles: readonly string[]): Pick<CapabilityStatementRestResource, 'supportedProfile'> {
  return profiles.length > 0 ? { supportedProfile: [...profiles] } : {}
}

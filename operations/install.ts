import { demandOperation } from '../auth/access.ts'
import { FhirError } from '../resources/fhir-error.ts'
import { type Computed, defineComputation } from './computation.ts'
import type { InstalledGuide } from './guides.ts'
import type { GivenResource } from './parameter-table.ts'

/**
 * Puts a package of definitions in (npm-style .tgz of FHIR), in the place of one of the same name and version. Its bytes are
 * `npmContent`, or the data of a Binary that is the body. For administrators alone. Answers a Parameters.
 */
export const install = defineComputation({
  code: 'install',
  definition: 'https://chartroom.invalid/fhir/OperationDefinition/install',
  levels: ['type'],
  resourceTypes: ['ImplementationGuide'],
  affectsState: true,
  needs: { type: { anyOf: ['c'] } },
  input: {
    npmContent: { type: 'base64Binary', max: '1', doc: 'the bytes of the package' },
    binary: { type: 'Resource', types: ['Binary'], max: '1', doc: 'the same as a Binary' },
  },
  async run({ access, guides }, { npmContent, binary }) {
    demandOperation(access, 'install')
    const bytes = npmContent ?? dataOf(binary)
    if (!bytes || bytes.length === 0) {
      throw FhirError.of('invalid', 'This operation takes the bytes of a package: npmContent.', { code: 'required' })
    }
    return installed(await guides.install(bytes))
  },
})

/** Takes a package away, with all its definitions. For administrators alone. */
export const uninstall = defineComputation({
  code: 'uninstall',
  definition: 'https://chartroom.invalid/fhir/OperationDefinition/uninstall',
  levels: ['type'],
  resourceTypes: ['ImplementationGuide'],
  affectsState: true,
  needs: { type: { anyOf: ['d'] } },
  input: {
    name: { type: 'string', max: '1', min: 1, doc: 'name of the package: hl7.fhir.us.core' },
    version: { type: 'string', max: '1', min: 1, doc: 'its version: 8.0.0' },
  },
  async run({ access, guides }, { name, version }) {
    demandOperation(access, 'install')
    await guides.uninstall(name, version)
    const diagnostics = 'The package is not there any more.'
    return { issues: [{ severity: 'information', code: 'informational', diagnostics }] }
  },
})

function dataOf(binary: GivenResource | undefined): Buffer | undefined {
  const data = binary?.value.data
  return typeof data === 'string' ? Buffer.from(data, 'base64') : undefined
}

function installed({ name, version, definitions, warnings }: InstalledGuide): Computed {
  const parameter = [
    { name: 'name', valueString: name },
    { name: 'version', valueString: version },
    { name: 'definitions', valueInteger: definitions },
    ...warnings.map((words) => ({ name: 'warning', valueString: words })),
  ]
  return { resource: { resourceType: 'Parameters', parameter } }
}

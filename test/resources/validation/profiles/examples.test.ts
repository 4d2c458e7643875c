import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { Terminology } from '../../../../resources/terminology/terminology.ts'
import { LAYERS } from '../../../../resources/validation/layers.ts'
import { Validator } from '../../../../resources/validation/validator.ts'
import { type Json, readPackage, structuresIn, TestCanonicals, TestSource, without } from '../../../support/profiles.ts'

/** By package and example: why it has errors, by the message ids of these. */
type Wrong = Record<string, Record<string, Record<string, string>>>
const wrong = JSON.parse(readFileSync(join(import.meta.dirname, 'wrong-examples.json'), 'utf8')) as Wrong

const EXTENSIONS = 'hl7.fhir.uv.extensions.r4#5.2.0'
const CORE = 'hl7.fhir.us.core#3.1.1'
const HREX = 'hl7.fhir.us.davinci-hrex#1.0.0'
const CRD = 'hl7.fhir.us.davinci-crd#2.0.1'
const PAS = 'hl7.fhir.us.davinci-pas#2.0.1'

/** Packages whose examples are validated, with what they rest on. */
const PACKAGES: [name: string, ...others: string[]][] = [
  [CORE],
  ['hl7.fhir.us.core#6.1.0', EXTENSIONS],
  ['hl7.fhir.us.core#7.0.0', EXTENSIONS],
  ['hl7.fhir.us.core#8.0.0', EXTENSIONS],
  ['hl7.fhir.us.carin-bb#2.0.0', CORE],
  [HREX, CORE],
  [CRD, CORE, HREX, EXTENSIONS],
  ['hl7.fhir.us.davinci-dtr#2.0.1', CORE, HREX],
  [PAS, CORE, HREX, CRD, EXTENSIONS],
  ['hl7.fhir.us.davinci-pas#2.2.1', CORE, 'hl7.fhir.us.core#6.1.0', 'hl7.fhir.us.core#7.0.0', HREX, CRD, EXTENSIONS],
  ['hl7.fhir.us.davinci-pdex#2.0.0', CORE, HREX, CRD, PAS, EXTENSIONS],
  ['hl7.fhir.us.davinci-pdex.r4#2.1.0', CORE, HREX, CRD, PAS, EXTENSIONS],
  ['hl7.fhir.us.mcode#1.0.1', CORE],
  ['hl7.fhir.uv.ips#1.1.0'],
  ['hl7.fhir.uv.ipa#1.0.0'],
  ['hl7.fhir.uv.smart-app-launch#2.1.0'],
  ['ihe.iti.balp#1.1.4', EXTENSIONS],
]

t.setTimeout(300_000)
const validator = new Validator(LAYERS)
const DAY = '2026-06-01'
const read = new Map<string, Awaited<ReturnType<typeof readPackage>>>()

for (const [name, ...others] of PACKAGES) {
  t.test(`examples of ${name} validate as they should`, { skip: without(name, ...others) }, async (t) => {
    const source = new TestSource()
    const definitions: Json[] = []
    for (const one of [...others, name]) {
      if (!read.has(one)) read.set(one, await readPackage(one))
      source.add(...structuresIn(read.get(one)!))
      definitions.push(...read.get(one)!.definitions)
    }
    const terminology = new Terminology({ canonicals: new TestCanonicals(definitions), today: () => DAY })
    source.verdictOf = (question) => terminology.verdictNow(question, DAY) ?? terminology.verdict(question, DAY)
    const { examples } = read.get(name)!
    const profileOf = profilesOfExamples(read.get(name)!.definitions)
    t.ok(examples.size > 2)
    for (const [file, example] of examples) {
      const known = wrong[name]?.[file] ?? {}
      const profiles = profileOf.get(`${example.resourceType}/${example.id}`) ?? []
      t.strictSame(await errorsOf(example, profiles, source, known), [], file)
    }
  })
}

/** The profiles that a guide says its examples to be of. */
function profilesOfExamples(definitions: readonly Json[]): Map<string, string[]> {
  const guides = definitions.filter(({ resourceType }) => resourceType === 'ImplementationGuide') as unknown as Guide[]
  const resources = guides.flatMap(({ definition }) => definition?.resource ?? [])
  return new Map(
    resources.flatMap(({ reference, exampleCanonical }) =>
      reference.reference && exampleCanonical ? [[reference.reference, [exampleCanonical]]] : [],
    ),
  )
}

interface Guide {
  definition?: { resource?: { reference: { reference?: string }; exampleCanonical?: string }[] }
}

async function errorsOf(
  example: Json,
  profiles: string[],
  source: TestSource,
  known: Record<string, string>,
): Promise<string[]> {
  const options = { profiles, strictExtensions: false, mustSupport: false }
  const issues = await validator.validate(example, undefined, source, options)
  return issues
    .filter(
      ({ severity, messageId = 'structure' }) =>
        (severity === 'error' || severity === 'fatal') && !(messageId in known),
    )
    .map(({ messageId, expression, diagnostics }) => `${messageId} ${expression?.[0]}: ${diagnostics}`)
}

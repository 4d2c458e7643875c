import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { LAYERS } from '../../../../resources/validation/layers.ts'
import { Validator } from '../../../../resources/validation/validator.ts'
import { type Json, readPackage, structuresIn, TestSource, without } from '../../../support/profiles.ts'

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

const validator = new Validator(LAYERS)
const options = { profiles: [], strictExtensions: false, mustSupport: false }
const read = new Map<string, Awaited<ReturnType<typeof readPackage>>>()

for (const [name, ...others] of PACKAGES) {
  t.test(`examples of ${name} validate as they should`, { skip: without(name, ...others) }, async (t) => {
    const source = new TestSource()
    for (const one of [...others, name]) {
      if (!read.has(one)) read.set(one, await readPackage(one))
      source.add(...structuresIn(read.get(one)!))
    }
    const { examples } = read.get(name)!
    t.ok(examples.size > 2)
    for (const [file, example] of examples) {
      const known = wrong[name]?.[file] ?? {}
      t.strictSame(await errorsOf(example, source, known), [], file)
    }
  })
}

async function errorsOf(example: Json, source: TestSource, known: Record<string, string>): Promise<string[]> {
  const issues = await validator.validate(example, undefined, source, options)
  return issues
    .filter(
      ({ severity, messageId }) =>
        (severity === 'error' || severity === 'fatal') && !((messageId ?? 'structure') in known),
    )
    .map(({ messageId, expression, diagnostics }) => `${messageId} ${expression?.[0]}: ${diagnostics}`)
}

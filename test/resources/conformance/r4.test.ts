import t from 'tap'
import { r4Canonicals } from '../../../resources/conformance/r4.ts'
import { resourceTypes } from '../../../resources/definitions/definitions.ts'

const SD = 'http://hl7.org/fhir/StructureDefinition/'

t.test('has the definitions of R4, each as it is published', async (t) => {
  for (const type of [...resourceTypes, 'DomainResource', 'Resource', 'HumanName', 'string', 'Element']) {
    const found = r4Canonicals.findNow('StructureDefinition', SD + type)
    t.equal(found?.resource.id, type)
    t.equal(found?.resource.url, SD + type)
  }
  const bodyWeight = await r4Canonicals.find('StructureDefinition', `${SD}bodyweight`, '4.0.1')
  t.match(bodyWeight, { source: 'r4', version: '4.0.1', resource: { type: 'Observation', derivation: 'constraint' } })
  const elements = (bodyWeight!.resource.snapshot as { element: Record<string, unknown>[] }).element
  t.match(
    elements.find(({ id }) => id === 'Observation.category:VSCat'),
    { sliceName: 'VSCat', min: 1, max: '1' },
  )
  t.notOk(
    elements.some((element) => 'definition' in element || 'mapping' in element),
    'no text that no check reads',
  )
})

t.test('has code systems, value sets and maps of v2, v3 and R4, and what R4 takes from others', async (t) => {
  const count = async (type: string) => (await r4Canonicals.list(type)).length
  t.equal(await count('StructureDefinition'), 653)
  t.equal(await count('ValueSet'), 1317)
  t.equal(await count('CodeSystem'), 1063)
  t.equal(await count('ConceptMap'), 80)
  t.equal(await count('OperationDefinition'), 46)
  const marital = await r4Canonicals.find('CodeSystem', 'http://terminology.hl7.org/CodeSystem/v3-MaritalStatus')
  t.equal((marital!.resource.concept as unknown[]).length, 10)
  t.ok(
    await r4Canonicals.find(
      'ValueSet',
      'http://dicom.nema.org/medical/dicom/current/output/chtml/part16/sect_CID_29.html',
    ),
  )
  t.match(await r4Canonicals.find('NamingSystem', 'urn:oid:2.16.840.1.113883.4.6'), { resource: { id: 'us-npi' } })
  t.match(await r4Canonicals.find('NamingSystem', 'http://hl7.org/fhir/sid/us-npi'), { resource: { id: 'us-npi' } })
})

t.test('leaves out examples of definitions that are not in the publication', async (t) => {
  t.equal(r4Canonicals.findNow('StructureDefinition', `${SD}example-composition`), undefined)
  const operations = await r4Canonicals.list('OperationDefinition')
  t.notOk(operations.some(({ url }) => url.endsWith('/example')))
})

t.test('answers undefined for what it has not', async (t) => {
  t.equal(r4Canonicals.findNow('StructureDefinition', `${SD}Patient`, '5.0.0'), undefined)
  t.equal(r4Canonicals.findNow('ValueSet', `${SD}Patient`), undefined)
  t.equal(r4Canonicals.findNow('Shoe', `${SD}Patient`), undefined)
  t.equal(r4Canonicals.findNow('__proto__', 'constructor'), undefined)
  t.strictSame(await r4Canonicals.list('Shoe'), [])
})

t.test('every definition can be read, and has a key of its own', async (t) => {
  const keys = new Set<string>()
  for (const type of ['StructureDefinition', 'ValueSet', 'CodeSystem', 'ConceptMap', 'OperationDefinition']) {
    for (const { url, version, key } of await r4Canonicals.list(type)) {
      const found = r4Canonicals.findNow(type, url, version)
      if (found?.resource.url !== url || found.resource.resourceType !== type || found.key !== key)
        t.fail(`${type} ${url}`)
      keys.add(key)
    }
  }
  t.equal(keys.size, 653 + 1317 + 1063 + 80 + 46)
})

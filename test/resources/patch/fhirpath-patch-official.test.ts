import t from 'tap'
import { equalJson } from '../../../resources/patch/equal.ts'
import { applyFhirPathPatch } from '../../../resources/patch/fhirpath-patch.ts'
import { officialSuite, outcome } from './shared.ts'
import { elementsOf, parseXml, resourceToJson, type XmlElement } from './xml-to-json.ts'

const text = officialSuite('fhir-patch-tests.xml')
if (text === undefined) {
  t.test(
    'the official FHIRPath Patch suite',
    { skip: 'left out: ../shared/data/patch/fhir-patch-tests.xml is not here' },
    async () => {},
  )
} else {
  const cases = elementsOf(parseXml(text), 'case')
  t.ok(cases.length > 30, 'the suite was read')
  for (const official of cases) run(official)
}

function run(official: XmlElement): void {
  const part = (name: string) => elementsOf(official, name)[0]
  const resource = (name: string) => resourceToJson(elementsOf(part(name)!)[0]!)
  const name = `official: ${official.attributes.name}`
  const input = resource('input')
  const result = outcome(() => applyFhirPathPatch(input, resource('diff')))
  if (part('error')) {
    t.match(result, /^unprocessable /, name)
  } else {
    const expected = resource('output')
    t.ok(result.startsWith('{') && equalJson(JSON.parse(result), JSON.parse(JSON.stringify(expected))), name, {
      found: result,
      wanted: JSON.stringify(expected),
    })
  }
}

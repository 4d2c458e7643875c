import t from 'tap'
import { Terminology } from '../../../resources/terminology/terminology.ts'
import { CanonicalsOf, r4Resources } from '../../support/canonicals.ts'

const terminology = new Terminology({ canonicals: new CanonicalsOf(r4Resources('ValueSet')) })
const isCode = async (system: string, code: string) => {
  const { result } = await terminology.validateCode({ system: { url: system }, codings: [{ system, code }] })
  return result
}
const cases: Record<string, { right: string[]; wrong: string[] }> = {
  'http://unitsofmeasure.org': {
    right: ['mg', 'mg/dL', '%', '1', '{score}', '[pH]', 'mm[Hg]', '10*3/uL', 'Cel', 'kg/m2', '/min', 'm[IU]/L', 'dB'],
    wrong: ['mgg', 'mm Hg', 'KG', '', 'beats per minute', '__proto__', 'mg/', 'm'.repeat(5000)],
  },
  'urn:ietf:bcp:47': {
    right: ['en', 'en-US', 'de-CH-1996', 'zh-Hant-TW', 'es-419', 'x-own', 'i-klingon', 'fil', 'DE'],
    wrong: ['english', 'en_US', 'e', 'qq', 'en-ZZZZZZZZZ', 'en-QX', '', 'en--us'],
  },
  'urn:ietf:bcp:13': {
    right: [
      'text/plain',
      'application/fhir+json',
      'text/html; charset=utf-8',
      'image/svg+xml',
      'application/vnd.ms-excel',
    ],
    wrong: [
      'text',
      'text/',
      'pdf',
      '/pdf',
      'text/plain;',
      'what/ever',
      'text/plain, text/html',
      `text/${'a'.repeat(200)}`,
    ],
  },
  'urn:ietf:rfc:3986': {
    right: ['urn:uuid:53fefa32-fcbb-4ff8-8a92-55ee120877b7', 'http://hl7.org/fhir', 'mailto:a@b.c', 'urn:oid:1.2.3'],
    wrong: ['hl7.org', 'http://a b', '', 'http://a/%zz'],
  },
  'urn:iso:std:iso:4217': {
    right: ['USD', 'EUR', 'JPY', 'CHF', 'XAU', 'XXX', 'CHE', 'JEP', 'VES'],
    wrong: ['usd', 'EURO', 'XYZ1', ''],
  },
  'https://www.usps.com/': { right: ['MA', 'PR', 'DC'], wrong: ['ma', 'XX', 'Texas', ''] },
  'urn:iso:std:iso:3166': { right: ['US', 'USA', '840', 'DE', 'DEU', '276'], wrong: ['us', 'XX', 'USAX', '000', ''] },
}

for (const [system, { right, wrong }] of Object.entries(cases)) {
  t.test(`knows the codes of ${system}`, async (t) => {
    for (const code of right) t.equal(await isCode(system, code), true, code)
    for (const code of wrong) t.equal(await isCode(system, code), false, code.slice(0, 40))
  })
}

t.test("R4's value sets of them have members, and are listed where they can be", async (t) => {
  const inSet = async (url: string, code: string) => {
    const question = {
      valueSet: `http://hl7.org/fhir/ValueSet/${url}`,
      codings: [{ code }],
      inferSystem: true as const,
    }
    return (await terminology.verdict(question, '2026-11-29')).result
  }
  t.equal(await inSet('currencies', 'USD'), 'in')
  t.equal(await inSet('currencies', 'US dollars'), 'out')
  t.equal(await inSet('mimetypes', 'text/plain'), 'in')
  t.equal(await inSet('languages', 'fr'), 'in')
  t.equal(await inSet('languages', 'xx-bad_'), 'out')
  t.equal(await inSet('all-languages', 'fr-CA'), 'in')
  t.equal(await inSet('ucum-units', 'mg/dL'), 'in')
  t.equal(await inSet('all-time-units', 'd'), 'in')
  t.equal(await inSet('all-time-units', 'kg'), 'out')
  t.equal(await inSet('all-distance-units', 'km'), 'in')
  t.equal(await inSet('all-distance-units', 'min'), 'out')
  t.equal(await inSet('iso3166-1-3', 'USA'), 'in')
  t.equal(await inSet('iso3166-1-3', 'US'), 'out')
  t.equal(await inSet('iso3166-1-N', '840'), 'in')
  const { expansion } = await terminology.expand({ valueSet: { url: 'http://hl7.org/fhir/ValueSet/iso3166-1-3' } })
  t.equal((expansion as { total: number }).total, 249)
})

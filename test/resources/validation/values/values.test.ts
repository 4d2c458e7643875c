import { createHash } from 'node:crypto'
import fc from 'fast-check'
import t from 'tap'
import { isUcumCode } from '../../../../resources/units/units.ts'
import { isGs1, isLuhn, isNhsNumber, isNpi } from '../../../../resources/validation/values/check-digits.ts'
import { values } from '../../../../resources/validation/values/layer.ts'
import { findingsOf } from '../../../support/findings.ts'

const UCUM = 'http://unitsofmeasure.org'

/** What is found in an extension's value: `ucum-code valueQuantity.code`, with `warning` before where it is one. */
async function found(value: object): Promise<string[]> {
  const resource = { resourceType: 'Patient', extension: [{ url: 'http://a.example/x', ...value }] }
  return (await findingsOf([values], resource)).map((text) =>
    text.replace('Patient.extension[0].', '').replace(/^error /, ''),
  )
}

t.test('codes of UCUM', async (t) => {
  const rights = [
    ...[
      'mm[Hg]',
      'kg',
      'mg/dL',
      '10*3/uL',
      '{score}',
      '%',
      '1',
      '/min',
      '[pH]',
      'Cel',
      '[degF]',
      'mL/min/{1.73_m2}',
      'dB',
      'a',
    ],
    ...['umol/umol{creat}', "[arb'U]/mL", 'm-2', 'kg.m/s2', 'U/L', '{a b}', '{wine glasses}/d', 'x'.repeat(65)],
  ]
  const wrongs = [
    'mmHg',
    'fmm[Hg]',
    'Kg',
    'lbs',
    'degF',
    'meter',
    'per min',
    'tablet',
    'g//L',
    'mg.',
    'µg',
    '5.4g',
    'yr',
    'constructor',
    'toString',
  ]
  for (const code of rights) t.strictSame(await found({ valueQuantity: { value: 1, system: UCUM, code } }), [], code)
  for (const code of wrongs) {
    const findings = await found({ valueQuantity: { value: 1, system: UCUM, code } })
    // What the library would stumble over is not asked for, and nothing is said of it.
    t.strictSame(findings, /constructor|toString/.test(code) ? [] : ['ucum-code valueQuantity.code'], code)
  }
  t.strictSame(await found({ valueDuration: { value: 1, system: UCUM, code: 'hr' } }), ['ucum-code valueDuration.code'])
  t.strictSame(await found({ valueCoding: { system: UCUM, code: 'mmHg' } }), ['ucum-code valueCoding.code'])
  t.strictSame(await found({ valueQuantity: { value: 1, system: 'http://a.example', code: 'tablet' } }), [])
  t.strictSame(await found({ valueQuantity: { value: 1, unit: 'tablet' } }), [])
  t.strictSame(await found({ valueQuantity: { value: 1, unit: 'tablet', system: UCUM } }), [])
})

t.test('any text is told whether it is a code, or not told', async (t) => {
  const pieces = fc.constantFrom(
    'm',
    'g',
    '[',
    ']',
    '{',
    '}',
    '(',
    ')',
    '/',
    '.',
    '*',
    '^',
    '-',
    '2',
    "'",
    '%',
    'mol',
    '10*',
    ' ',
    'é',
  )
  await fc.assert(
    fc.property(fc.array(pieces, { minLength: 1, maxLength: 12 }), (parts) => {
      const code = parts.join('')
      t.match(String(isUcumCode(code)), /^(true|false|undefined)$/)
      t.equal(isUcumCode(code), isUcumCode(code))
    }),
  )
})

t.test('ranges and sampled data', async (t) => {
  const quantity = (code: string | undefined, unit = code) => ({
    value: 1,
    ...(unit && { unit }),
    ...(code && { system: UCUM, code }),
  })
  const cases: [object, string[]][] = [
    [{ valueRange: { low: quantity('mg'), high: quantity('mg') } }, []],
    [{ valueRange: { low: quantity('mg', 'mg'), high: quantity('mg', 'milligram') } }, []],
    [{ valueRange: { low: quantity('mg'), high: quantity('g') } }, ['range-units valueRange']],
    [{ valueRange: { low: quantity(undefined, 'mg'), high: quantity(undefined, 'g') } }, ['range-units valueRange']],
    [{ valueRange: { low: quantity(undefined, 'mg'), high: quantity('mg') } }, []],
    [{ valueRange: { low: quantity('mg') } }, []],
    [{ valueRange: { low: quantity('mg'), high: { value: 2 } } }, []],
  ]
  const sampled = (data: string, dimensions = 1) => ({
    valueSampledData: { origin: { value: 0 }, period: 1, dimensions, data },
  })
  const fault = ['sampled-data valueSampledData.data']
  cases.push(
    [sampled('1 -2 3.5 E U L .5 1e3'), []],
    [sampled('1  2'), fault],
    [sampled('1 x'), fault],
    [sampled('1 e'), fault],
  )
  cases.push([sampled('1 2 3 4', 2), []], [sampled('1 2 3', 2), fault], [sampled('-'), fault])
  for (const [value, findings] of cases) t.strictSame(await found(value), findings, JSON.stringify(value))
})

t.test('attachments', async (t) => {
  const bytes = Buffer.from('Hello, world')
  const digest = createHash('sha1').update(bytes).digest()
  const hash = digest.toString('base64')
  const data = bytes.toString('base64')
  const of = (more: object) => found({ valueAttachment: { contentType: 'text/plain', ...more } })
  t.strictSame(await of({ data, size: 12, hash }), [])
  t.strictSame(await of({ data: `${data.slice(0, 4)}\n${data.slice(4)}`, size: 12, hash }), [])
  t.strictSame(await of({ data, hash: Buffer.from(digest.toString('hex')).toString('base64') }), [])
  t.strictSame(await of({ data }), [])
  t.strictSame(await of({ url: 'http://a.example', size: 12, hash }), [])
  t.strictSame(await of({ data, size: 13 }), ['attachment-size valueAttachment.size'])
  t.strictSame(await of({ data, hash: Buffer.alloc(20).toString('base64') }), ['attachment-hash valueAttachment.hash'])
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 50 }), fc.nat(60), async (any, size) => {
      const findings = await of({ data: Buffer.from(any).toString('base64'), size })
      t.strictSame(findings, size === any.length ? [] : ['attachment-size valueAttachment.size'])
    }),
    { numRuns: 50 },
  )
})

t.test('systems of codings', async (t) => {
  const cases: [object, string[]][] = [
    [{ valueCoding: { system: 'measure-type', code: 'x' } }, ['coding-system valueCoding.system']],
    [{ valueCoding: { system: 'http://hl7.org/fhir/ValueSet/measure-type' } }, ['coding-value-set valueCoding.system']],
    [{ valueCoding: { system: 'urn:oid:1.2.3', code: 'x' } }, []],
    [{ valueCoding: { code: 'x' } }, []],
  ]
  for (const [value, findings] of cases) t.strictSame(await found(value), findings, JSON.stringify(value))
})

t.test('identifiers', async (t) => {
  const RFC = 'urn:ietf:rfc:3986'
  const NPI = 'http://hl7.org/fhir/sid/us-npi'
  const warning = (id: string, member = 'value') => [`warning identifier-${id} valueIdentifier.${member}`]
  const cases: [string, string, string[]][] = [
    [RFC, 'urn:oid:1.2.3', []],
    [RFC, 'https://a.example/x', []],
    [RFC, '2.16.840.1.113883.6.57', ['identifier-uri valueIdentifier.value']],
    [NPI, '1234567893', []],
    [NPI, '9999984591', []],
    [NPI, '1234567894', warning('npi')],
    [NPI, '123456789', warning('npi')],
    ['urn:oid:2.16.840.1.113883.4.6', '1234567894', warning('npi')],
    ['http://hl7.org/fhir/sid/us-ssn', '999-20-4956', []],
    ['http://hl7.org/fhir/sid/us-ssn', '999204956', []],
    ['http://hl7.org/fhir/sid/us-ssn', '999-204956', warning('ssn')],
    ['http://hl7.org/fhir/sid/us-ssn', '999-20-495', warning('ssn')],
    ['http://hl7.org/fhir/sid/us-mbi', '1EG4-TE5-MK73', []],
    ['http://hl7.org/fhir/sid/us-mbi', '1eg4te5mk73', []],
    ['http://hl7.org/fhir/sid/us-mbi', '1SG4TE5MK73', warning('mbi')],
    ['http://hl7.org/fhir/sid/us-mbi', '0EG4TE5MK73', warning('mbi')],
    ['https://fhir.nhs.uk/Id/nhs-number', '9434765919', []],
    ['https://fhir.nhs.uk/Id/nhs-number', '9434765918', warning('nhs')],
    ['http://terminology.hl7.org/NamingSystem/USDEANumber', 'AB1234563', []],
    ['http://terminology.hl7.org/NamingSystem/USDEANumber', 'AB1234564', warning('dea')],
    ['https://www.gs1.org/gtin', '00844588003288', []],
    ['https://www.gs1.org/gtin', '00844588003289', warning('gtin')],
    ['https://www.gs1.org/gln', '4012345000009', []],
    ['https://www.gs1.org/gln', '4012345000008', warning('gln')],
    ['mrn', '1', warning('system', 'system')],
    ['http://a.example/toString', 'x', []],
  ]
  for (const [system, value, findings] of cases)
    t.strictSame(await found({ valueIdentifier: { system, value } }), findings, `${system} ${value}`)
  t.strictSame(await found({ valueIdentifier: { system: NPI, type: { text: 'x' } } }), [], 'no value')
})

t.test('a check digit finds each wrong digit, and each two that changed places but 0 and 9', async (t) => {
  const digits = (length: number) =>
    fc.array(fc.nat(9), { minLength: length, maxLength: length }).map((all) => all.join(''))
  const withCheck = (body: string, is: (text: string) => boolean) =>
    [...'0123456789'].map((last) => body + last).filter(is)
  for (const [length, is] of [
    [9, isNpi],
    [12, isLuhn],
    [13, isGs1],
  ] as const) {
    fc.assert(
      fc.property(digits(length), fc.nat(length), fc.integer({ min: 1, max: 9 }), (body, at, change) => {
        const right = withCheck(body, is)
        t.equal(right.length, 1)
        const changed = [...right[0]!]
        changed[at] = String((Number(changed[at]) + change) % 10)
        t.notOk(is(changed.join('')))
        if (at === 0 || is === isGs1) return
        const [one, other] = [right[0]![at - 1]!, right[0]![at]!]
        const swapped = right[0]!.slice(0, at - 1) + other + one + right[0]!.slice(at + 1)
        t.equal(is(swapped), one === other || `${one}${other}` === '09' || `${one}${other}` === '90')
      }),
      { numRuns: 50 },
    )
  }
  t.notOk(isNhsNumber('943476591'))
  t.notOk(isNhsNumber('94347659199'))
})

t.test('white space at the ends of a string', async (t) => {
  const warning = ['warning string-trim valueString']
  for (const text of ['x', 'a b', 'a\nb', 'é', '.']) t.strictSame(await found({ valueString: text }), [], text)
  for (const text of [' x', 'x ', 'x\n', '\tx', '\u00a0x'])
    t.strictSame(await found({ valueString: text }), warning, text)
})

t.test('a comparator where R4 asks for a SimpleQuantity', async (t) => {
  const quantity = { value: 1, comparator: '<', unit: 'mg' }
  const observation = { resourceType: 'Observation', status: 'final', code: { text: 'x' } }
  const found = await findingsOf([values], {
    ...observation,
    valueQuantity: quantity,
    referenceRange: [{ low: quantity }, { high: { value: 1 } }],
  })
  t.strictSame(found, ['error sqty-1 Observation.referenceRange[0].low'])
})

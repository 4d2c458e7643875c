import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { packageFolder } from '../../resources/definitions/compile/package.ts'
import { memberRanges } from '../../resources/json/outline.ts'
import { scan } from '../../resources/json/scan.ts'
import { openServer } from '../support/server.ts'

/** Files of the R4 package that break R4: each is refused, and for this reason. */
const WRONG: Record<string, RegExp> = {
  'ImplementationGuide-fhir.json': /element name is missing/,
  'ig-r4.json': /element name is missing/,
  'Questionnaire-qs1.json': /element linkId is missing/,
  'SearchParameter-codesystem-extensions-CodeSystem-author.json': /element base is missing/,
  'SearchParameter-codesystem-extensions-CodeSystem-effective.json': /element base is missing/,
  'SearchParameter-codesystem-extensions-CodeSystem-end.json': /element base is missing/,
  'SearchParameter-codesystem-extensions-CodeSystem-keyword.json': /element base is missing/,
  'SearchParameter-codesystem-extensions-CodeSystem-workflow.json': /element base is missing/,
  'SearchParameter-questionnaireresponse-extensions-QuestionnaireResponse-item-subject.json': /not a valid id/,
  'SearchParameter-valueset-extensions-ValueSet-author.json': /element base is missing/,
  'SearchParameter-valueset-extensions-ValueSet-effective.json': /element base is missing/,
  'SearchParameter-valueset-extensions-ValueSet-end.json': /element base is missing/,
  'SearchParameter-valueset-extensions-ValueSet-keyword.json': /element base is missing/,
  'SearchParameter-valueset-extensions-ValueSet-workflow.json': /element base is missing/,
}

/** A resource's tokens without id and meta, which the server writes. */
function tokens(text: Buffer): string {
  const members = [...memberRanges(text)].filter(([name]) => name !== 'id' && name !== 'meta')
  return members.map(([, { start, end }]) => text.toString('utf8', start, end)).join(',')
}

/** Of meta, what the client may set. */
function ownMeta(text: Buffer): string {
  const meta = memberRanges(text).get('meta')
  const members = meta ? [...memberRanges(text, meta.valueStart)] : []
  return members
    .filter(([name]) => name !== 'versionId' && name !== 'lastUpdated')
    .map(([, { start, end }]) => text.toString('utf8', start, end))
    .join(',')
}

const folder = packageFolder() ?? ''
const skip = folder === '' ? 'left out: the R4 package is not installed' : false

t.test('every resource of the R4 package comes back as it was written, token by token', { skip }, async (t) => {
  const large = String(64 * 1024 * 1024)
  const server = await openServer(t, {
    CHARTROOM_MAX_BODY: large,
    CHARTROOM_MAX_RESOURCE: large,
    CHARTROOM_VALIDATION: 'off',
  })
  const files = readdirSync(folder).filter((name) => /^[A-Za-z].*-.*\.json$/.test(name) && name !== 'package.json')
  let same = 0
  for (const name of files) {
    const sent = readFileSync(join(folder, name))
    const { text } = scan(sent, 128)
    const type = (JSON.parse(sent.toString()) as { resourceType: string }).resourceType
    const created = await server.post(type, sent)
    const wrong = WRONG[name]
    if (wrong || created.status !== 201) {
      t.equal(created.status, 400, name)
      t.match(created.json?.issue?.[0]?.diagnostics, wrong ?? /no such reason/, name)
      continue
    }
    const read = await server.get(`${type}/${created.json.id}?_format=json`)
    if (tokens(read.bytes) === tokens(text) && ownMeta(read.bytes) === ownMeta(text)) same++
    else t.fail(`${name} has changed`)
  }
  t.equal(same, files.length - Object.keys(WRONG).length)
  t.comment(`${same} resources came back the same; ${Object.keys(WRONG).length} break R4 and are refused`)
})

t.test('decimals, key order, escapes, and characters from everywhere', async (t) => {
  const server = await openServer(t)
  const cases = [
    '"valueQuantity":{"unit":"g","value":1.00}',
    '"valueQuantity":{"value":0.10,"unit":"g"}',
    '"valueQuantity":{"value":12345678901234567890.123456789}',
    '"valueQuantity":{"value":1E-7}',
    '"valueQuantity":{"value":-0.0}',
    '"valueString":"é 😀 \\u00e9 \\ud83d\\ude00 \\/ \\" \\\\ \\n \\t 漢字 \u2028"',
    '"valueString":"ends in a backslash \\\\"',
    '"_valueString":{"extension":[{"valueCode":"unknown","url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason"}]}',
  ]
  for (const [at, value] of cases.entries()) {
    const text = `{${value},"code":{"text":"x"},"resourceType":"Observation","status":"final"}`
    const { json, bytes } = await server.post('Observation', text)
    t.equal(tokens(bytes), text.slice(1, -1), `case ${at}`)
    const again = bytes.toString().replace('"final"', '"amended"')
    const updated = await server.put(`Observation/${json.id}`, again)
    t.equal(tokens(updated.bytes), text.slice(1, -1).replace('final', 'amended'), `case ${at}, updated`)
    t.equal(tokens((await server.get(`Observation/${json.id}`)).bytes), text.slice(1, -1).replace('final', 'amended'))
  }
})

t.test('id and meta are written in where they stand', async (t) => {
  const server = await openServer(t)
  const shapes: [string, RegExp][] = [
    [
      '{"resourceType":"Basic","code":{"text":"x"}}',
      /^\{"resourceType":"Basic","id":"b","meta":\{"versionId":"\d+","lastUpdated":"[^"]+"\},"code":\{"text":"x"\}\}$/,
    ],
    [
      '{"id":"b","code":{"text":"x"},"resourceType":"Basic"}',
      /^\{"id":"b","meta":\{"versionId":"\d+","lastUpdated":"[^"]+"\},"code":\{"text":"x"\},"resourceType":"Basic"\}$/,
    ],
    [
      '{"meta":{"versionId":"77"},"resourceType":"Basic","id":"b","code":{"text":"x"}}',
      /^\{"meta":\{"versionId":"\d+","lastUpdated":"[^"]+"\},"resourceType":"Basic","id":"b"/,
    ],
    [
      '{"meta":{"source":"urn:x","versionId":"77","lastUpdated":"2001-01-01T00:00:00Z"},"resourceType":"Basic","id":"b","code":{"text":"x"}}',
      /^\{"meta":\{"versionId":"\d+","lastUpdated":"[^"]+","source":"urn:x"\},/,
    ],
    [
      '{"meta":{"lastUpdated":"2001-01-01T00:00:00Z","source":"urn:x","versionId":"77","tag":[{"code":"t"}]},"resourceType":"Basic","id":"b","code":{"text":"x"}}',
      /^\{"meta":\{"versionId":"\d+","lastUpdated":"[^"]+","source":"urn:x","tag":\[\{"code":"t"\}\]\},/,
    ],
    [
      '{"resourceType":"Basic","meta":{"profile":["http://p"]},"code":{"text":"x"},"id":"b"}',
      /^\{"resourceType":"Basic","meta":\{"versionId":"\d+","lastUpdated":"[^"]+","profile":\["http:\/\/p"\]\},"code":\{"text":"x"\},"id":"b"\}$/,
    ],
  ]
  for (const [text, wanted] of shapes) {
    const sent = text.includes('"id"') ? text : text.replace('"Basic"', '"Basic","id":"b"')
    t.match((await server.put('Basic/b', sent)).text, wanted, text)
    const read = await server.get('Basic/b')
    t.match(read.text, wanted)
    t.equal(read.headers.etag, `W/"${read.json.meta.versionId}"`)
    const created = (await server.post('Basic', text)).json
    t.not(created.id, 'b')
    t.equal(created.meta.versionId, '1')
    t.not(created.meta.lastUpdated, '2001-01-01T00:00:00Z')
  }
})

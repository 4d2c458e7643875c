import t from 'tap'
import type { JsonObject, JsonValue } from '../../../resources/json/lossless.ts'
import { equalJson } from '../../../resources/patch/equal.ts'
import { applyJsonPatch } from '../../../resources/patch/json-patch.ts'
import { officialSuite, outcome, tree } from './shared.ts'

interface Case {
  comment: string
  doc: JsonObject
  patch: JsonValue
  expected?: JsonObject
  error?: string
}

const text = officialSuite('json-patch-tests.json')
if (text === undefined) {
  t.test(
    'the official JSON Patch suite',
    { skip: 'left out: ../shared/data/patch/json-patch-tests.json is not here' },
    async () => {},
  )
} else {
  const cases = tree(text) as unknown as Case[]
  t.ok(cases.length > 10, 'the suite was read')
  for (const { comment, doc, patch, expected } of cases) {
    const result = outcome(() => applyJsonPatch(doc, patch))
    const name = `official: ${comment}`
    if (expected === undefined) t.match(result, /^unprocessable /, name)
    else t.ok(result.startsWith('{') && equalJson(tree(result), expected), name)
  }
}

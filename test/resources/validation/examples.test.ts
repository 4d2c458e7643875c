import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { LAYERS } from '../../../resources/validation/layers.ts'
import { Validator } from '../../../resources/validation/validator.ts'
import { R4_KNOWLEDGE } from '../../standard/r4-knowledge.ts'
import { examples } from './support/examples.ts'

/** Examples and definitions of R4's package that are really wrong: by file, the message ids, and after a colon the reason. All others are right. */
const WRONG = JSON.parse(readFileSync(join(import.meta.dirname, 'support', 'wrong-examples.json'), 'utf8')) as Readonly<
  Record<string, string>
>

const OPTIONS = { profiles: [], strictExtensions: false, mustSupport: false }

/** Definitions by the hundred are of one making: one of ten is looked at here, all with EXAMPLES=all. */
const MANY = /^(ValueSet|CodeSystem|SearchParameter|ConceptMap|StructureDefinition)-/

t.test("R4's own examples are right, but for those that are known to be wrong", async (t) => {
  const validator = new Validator(LAYERS)
  const expected: Record<string, string> = {}
  const found: Record<string, string> = {}
  let count = 0
  for (const { file, text, resource } of chosen()) {
    count++
    if (Object.hasOwn(WRONG, file)) expected[file] = WRONG[file]!.split(':')[0]!
    const issues = await validator.validate(resource, text, R4_KNOWLEDGE, OPTIONS)
    const errors = issues.filter(({ severity }) => severity === 'error')
    if (errors.length === 0) continue
    found[file] = [...new Set(errors.map(({ messageId, code }) => messageId ?? code))].join(', ')
    if (!expected[file]) t.comment(`${file}: ${JSON.stringify(errors.slice(0, 3))}`)
  }
  t.comment(`${count} examples and definitions, ${Object.keys(found).length} of them wrong`)
  t.strictSame(found, expected)
  t.ok(count > 900)
})

function* chosen() {
  let many = 0
  for (const example of examples(/./, 2_000_000)) {
    if (!MANY.test(example.file) || process.env.EXAMPLES === 'all' || many++ % 10 === 0) yield example
  }
}

import type { Fact, ParameterPart, Sheet, Summary } from './sheet.ts'

/** A sheet as a Parameters resource: its facts and summaries, a parameter a row, and what is known at the end. */
export async function* parametersOf<R>(sheet: Sheet<R>): AsyncGenerator<string, void, undefined> {
  let comma = ''
  yield '{"resourceType":"Parameters","parameter":['
  for await (const part of partsOf(sheet)) {
    for (const one of filled(part)) {
      yield comma + JSON.stringify(one)
      comma = ','
    }
  }
  yield ']}'
}

async function* partsOf<R>({ facts, summaries = [], rowName, parts, rows, ends }: Sheet<R>) {
  yield* facts.map(factPart)
  yield* summaries.map(summaryPart)
  for await (const row of rows) yield { name: rowName, part: parts(row) }
  yield* ends().map(factPart)
}

function factPart({ name, value }: Fact): ParameterPart {
  return typeof value === 'number' ? { name, valueInteger: value } : { name, valueString: value }
}

function summaryPart({ name, lines }: Summary): ParameterPart {
  return {
    name,
    part: lines.map(([key, count]) => ({
      name: 'line',
      part: [
        { name: 'key', valueString: key },
        { name: 'count', valueInteger: count },
      ],
    })),
  }
}

/** Text without what a FHIR string does not have: control characters. */
function written(text: string): string {
  return text.replace(/\p{Cc}/gu, (character) => (/[\t\n\r]/.test(character) ? character : '\ufffd'))
}

/** Nothing, where there is neither a value nor a part of it: FHIR has no empty elements. */
function filled(part: ParameterPart): ParameterPart[] {
  if (part.part) {
    const inner = part.part.flatMap(filled)
    return inner.length > 0 ? [{ ...part, part: inner }] : []
  }
  const { name, ...values } = part
  const [key, value] = Object.entries(values).find(([, one]) => one !== undefined) ?? []
  if (key === undefined || (typeof value === 'string' && value.trim() === '')) return []
  return [{ name, [key]: typeof value === 'string' ? written(value) : value }]
}

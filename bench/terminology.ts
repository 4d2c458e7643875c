import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { r4Canonicals } from '../resources/conformance/r4.ts'
import { SqliteConcepts } from '../resources/store/sqlite/concepts.ts'
import type { Concept } from '../resources/terminology/concept.ts'
import { Terminology } from '../resources/terminology/terminology.ts'

const SYSTEM = 'http://hl7.org/fhir/sid/icd-10-cm'
const DAY = '2026-11-01'

/** ICD-10-CM of FY2027, beside the project. */
const FILE = resolve(import.meta.dirname, '..', process.env.SHARED ?? '../shared', 'data/coding/icd10cm-2027.csv.gz')

/** Concepts where that is not there. */
const MADE_UP = 100_000

/** Questions of a kind, and concepts that a loader hands on at once. */
const QUESTIONS = 2_000
const LOT = 2_000

type Add = (what: string, value: string, aim: string) => void

/** Loads a large code system on the embedded store, and asks `Terminology` about it, without HTTP. */
export async function measureTerminology(folder: string, add: Add): Promise<void> {
  const concepts = existsSync(FILE) ? await readIcd() : madeUp()
  const store = await SqliteConcepts.open(folder)
  try {
    await measureLoad(store, concepts, existsSync(FILE) ? 'ICD-10-CM FY2027' : 'made-up concepts', add)
    const terminology = new Terminology({ canonicals: r4Canonicals, concepts: store, today: () => DAY })
    await measureQuestions(terminology, concepts, add)
  } finally {
    await store.close()
  }
}

async function measureLoad(store: SqliteConcepts, concepts: readonly Concept[], name: string, add: Add): Promise<void> {
  const [start, before] = [performance.now(), process.cpuUsage()]
  const draft = await store.draft({ system: SYSTEM, version: '2027', name, content: 'complete', caseSensitive: false })
  for (let at = 0; at < concepts.length; at += LOT) await draft.add(concepts.slice(at, at + LOT))
  await draft.publish()
  const { user, system } = process.cpuUsage(before)
  const seconds = (performance.now() - start) / 1000
  const worked = ((user + system) / 1e6).toFixed(1)
  const count = concepts.length.toLocaleString('en')
  add(`load ${count} concepts (${name})`, `${seconds.toFixed(1)} s, ${worked} s of processor time`, 'seconds')
}

async function measureQuestions(terminology: Terminology, concepts: readonly Concept[], add: Add): Promise<void> {
  const some = (at: number) => concepts[(at * 7919) % concepts.length]!
  const all = { url: `${SYSTEM}?fhir_vs` }
  const expand = (filter: string) => terminology.expand({ valueSet: all, filter, count: 20 })
  const asked: [what: string, aim: string, ask: (at: number) => Promise<unknown>][] = [
    ['lookup', '< 2 ms', (at) => terminology.lookup({ system: SYSTEM, code: some(at).code })],
    [
      'validate-code',
      '< 2 ms',
      (at) => terminology.validateCode({ system: { url: SYSTEM }, codings: [{ system: SYSTEM, code: some(at).code }] }),
    ],
    [
      'subsumes',
      '< 2 ms',
      (at) => terminology.subsumes({ system: SYSTEM, codeA: some(at + 1).code, codeB: some(at).code }),
    ],
    ['expand, filter by words', '< 20 ms', (at) => expand(beginnings(some(at).display, at))],
    [
      'expand, filter by a code',
      '< 20 ms',
      (at) =>
        expand(
          some(at)
            .code.replace('.', '')
            .slice(0, 3 + (at % 4)),
        ),
    ],
    ['expand, filter with a typo', '< 20 ms', (at) => expand(mistyped(some(at).display, at))],
  ]
  for (const [what, aim, ask] of asked) {
    const times: number[] = []
    for (let at = 0; at < QUESTIONS; at++) {
      const start = performance.now()
      await ask(at)
      times.push(performance.now() - start)
    }
    times.sort((one, other) => one - other)
    const [half, last] = [times[QUESTIONS >> 1]!, times[Math.floor(QUESTIONS * 0.99)]!]
    add(what, `${half.toFixed(2)} ms at the median, ${last.toFixed(2)} ms at p99`, aim)
  }
}

/** Two words of a display, unfinished, in another order. */
function beginnings(display: string, at: number): string {
  const words = display.match(/\p{L}{3,}/gu) ?? [display]
  return [words[(at + 1) % words.length]!.slice(0, 6), words[at % words.length]!.slice(0, 4)].join(' ')
}

/** The longest word of a display without one of its letters. */
function mistyped(display: string, at: number): string {
  const words = display.match(/\p{L}+/gu) ?? ['unspecified']
  const [word = ''] = words.sort((one, other) => other.length - one.length)
  const gone = 1 + (at % Math.max(1, word.length - 2))
  return word.slice(0, gone) + word.slice(gone + 1)
}

async function readIcd(): Promise<Concept[]> {
  const lines = gunzipSync(await readFile(FILE))
    .toString()
    .split('\n')
    .slice(1)
  return lines
    .filter((line) => line !== '')
    .map((line) => {
      const cells = [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)].map(([, cell = '']) =>
        cell.replace(/^"|"$/g, '').replaceAll('""', '"'),
      )
      const [code = '', billable, , long = '', parent = '', chapter = ''] = cells
      return conceptOf(code, long, parent, billable === '1', chapter)
    })
}

/** A tree in which each concept has ten below it, named by some words of a thousand. */
function madeUp(): Concept[] {
  const word = (number: number) => `${'bcdfglmnprst'[number % 12]}${'aeiou'[number % 5]}${number.toString(36)}ia`
  return Array.from({ length: MADE_UP }, (_, at) => {
    const display = [at % 997, at % 613, at % 101, Math.floor(at / 10) % 977].map(word).join(' ')
    const parent = at === 0 ? '' : `C${Math.floor((at - 1) / 10)}`
    return conceptOf(`C${at}`, display, parent, at * 10 + 1 >= MADE_UP, String(at % 22))
  })
}

function conceptOf(code: string, display: string, parent: string, billable: boolean, chapter: string): Concept {
  return {
    code,
    display,
    ...(parent === '' ? {} : { parents: [parent] }),
    properties: [
      { code: 'billable', type: 'boolean', value: billable },
      { code: 'chapter', type: 'code', value: chapter },
    ],
  }
}

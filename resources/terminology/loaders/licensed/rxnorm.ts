import { basename } from 'node:path'
import type { Concept, ConceptProperty } from '../../concept.ts'
import type { Edition } from '../../concept-source.ts'
import type { Loader } from '../loader.ts'
import { linesOf, type Reading } from '../source.ts'
import { RXNORM } from '../systems.ts'
import { Buckets } from './buckets.ts'

const NAMES = /^RXNCONSO\.RRF(\.gz)?$/i
const LINKS = /^RXNREL\.RRF(\.gz)?$/i

/** Columns of RXNCONSO and RXNREL, which end in a separator. */
const NAME_CELLS = 19
const LINK_CELLS = 17

/** Kinds of names (TTY), the one that is the display first; synonyms are names beside it. */
const KINDS = [
  'SCD',
  'SBD',
  'GPCK',
  'BPCK',
  'IN',
  'PIN',
  'MIN',
  'BN',
  'SCDC',
  'SCDF',
  'SCDG',
  'SBDC',
  'SBDF',
  'SBDG',
  'DF',
  'DFG',
]
const SYNONYMS = ['PSN', 'SY', 'TMSY', 'ET']

/** RxNorm's own concepts of the RRF files. */
export const rxnorm: Loader = {
  kind: 'rxnorm',
  files: 'RXNCONSO.RRF and RXNREL.RRF',
  takes: (name) => NAMES.test(name) || LINKS.test(name),
  async load(paths, { version }, _held, reading) {
    const names = paths.find((path) => NAMES.test(basename(path)))
    if (names === undefined) throw new Error('There is no RXNCONSO.RRF among the files')
    if (version === undefined)
      throw new Error('--version says which release of RxNorm it is (such as 08042025): the files do not')
    const links = paths.filter((path) => LINKS.test(basename(path)))
    return {
      editions: [{ edition: editionOf(version), concepts: read(names, links, reading) }],
      definitions: [],
      words: [
        `made of ${paths.map((path) => basename(path)).join(', ')}`,
        'names of other sources than RxNorm are left out',
      ],
    }
  },
}

async function* read(names: string, links: readonly string[], reading: Reading): AsyncGenerator<Concept> {
  const buckets = new Buckets()
  try {
    await sortNames(names, buckets, reading)
    for (const path of links) await sortLinks(path, buckets, reading)
    for (const { key, lines } of buckets.groups()) {
      const concept = conceptOf(key, lines)
      if (concept) yield concept
    }
  } finally {
    buckets.close()
  }
}

async function sortNames(path: string, buckets: Buckets, reading: Reading): Promise<void> {
  for await (const { number, text } of linesOf(path, reading)) {
    const cells = text.split('|')
    const [code = '', , , , , , , , , , , source = '', kind = '', , name = '', , suppressed = ''] = cells
    if (cells.length !== NAME_CELLS || !/^\d+$/.test(code) || name === '')
      reading.faults.add(path, number, 'no name of a concept')
    else if (source === 'RXNORM') buckets.add(code, 'name', kind, suppressed, name.replaceAll('\t', ' '))
  }
}

/** A line says that its second concept stands so to its first one. */
async function sortLinks(path: string, buckets: Buckets, reading: Reading): Promise<void> {
  for await (const { number, text } of linesOf(path, reading)) {
    const cells = text.split('|')
    const [target = '', , targetKind, , code = '', , kind, relation = '', , , source] = cells
    if (cells.length !== LINK_CELLS) reading.faults.add(path, number, 'no relationship')
    else if (source === 'RXNORM' && targetKind === 'CUI' && kind === 'CUI' && relation !== '')
      buckets.add(code, 'link', relation, target)
  }
}

/** Undefined for a number that has no name of RxNorm. */
function conceptOf(code: string, lines: readonly string[][]): Concept | undefined {
  const names = lines
    .filter(([kind]) => kind === 'name')
    .map(([, kind, suppressed, text]) => ({ kind: kind!, suppressed, text: text! }))
  const rank = ({ kind, suppressed }: { kind: string; suppressed: string | undefined }) => {
    const at = [...KINDS, ...SYNONYMS].indexOf(kind)
    return (suppressed === 'N' ? 0 : 100) + (at < 0 ? 50 : at)
  }
  const [first, ...others] = names.toSorted((one, other) => rank(one) - rank(other))
  if (!first) return undefined
  const links = new Set(
    lines.filter(([kind]) => kind === 'link').map(([, relation, target]) => `${relation} ${target}`),
  )
  const properties: ConceptProperty[] = [
    { code: 'TTY', type: 'code', value: first.kind },
    ...[...links].map((link): ConceptProperty => {
      const [relation = '', target = ''] = link.split(' ')
      return { code: relation, type: 'code', value: target }
    }),
  ]
  return {
    code,
    display: first.text,
    ...(others.length > 0 ? { designations: others.map(({ text }) => ({ value: text, language: 'en' })) } : {}),
    properties,
    ...(names.some(({ suppressed }) => suppressed === 'N') ? {} : { inactive: true }),
  }
}

function editionOf(version: string): Edition {
  return {
    system: RXNORM,
    version,
    name: 'RxNorm',
    title: 'RxNorm',
    content: 'complete',
    caseSensitive: true,
    properties: [{ code: 'TTY', type: 'code', description: 'Kind of its name: SCD, SBD, IN …' }],
    copyright: 'RxNorm is of the U.S. National Library of Medicine; some sources in it take a licence of the UMLS.',
  }
}

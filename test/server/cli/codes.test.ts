import { mkdirSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { ICD10CM } from '../../../resources/terminology/loaders/systems.ts'
import { Terminology } from '../../../resources/terminology/terminology.ts'
import { codes } from '../../../server/cli/codes.ts'
import { readConfig } from '../../../server/config.ts'
import { openKnowledge } from '../../../server/knowledge.ts'
import { openStore } from '../../../server/store.ts'
import { filesOf, orderLine } from '../../support/codes/files.ts'
import { storeFolder } from '../../support/folder.ts'
import { ON_MONGO, placeOf } from '../../support/place.ts'
import { deedsOf } from '../../support/recorded-deeds.ts'
import { openServer } from '../../support/server.ts'

t.setTimeout(300_000)

const ORDER_2026 = [
  orderLine(1, 'E11', false, 'Type 2 diabetes mellitus'),
  orderLine(2, 'E119', true, 'Type 2 diabetes mellitus without complications'),
  orderLine(3, 'I420', true, 'Dilated cardiomyopathy'),
].join('')
const ORDER_2027 = `${ORDER_2026.replace('I420    1', 'I420    0')}${orderLine(4, 'I4201', true, 'Familial dilated cardiomyopathy')}`

const FILES = {
  'icd10cm_order_2026.txt': ORDER_2026,
  'icd10cm_order_2027.txt': ORDER_2027,
  'hcc-dx.csv': 'code,v24_2026file,v28_2026file,v28_2027file\nE11.9,19,38,38\n',
  'hcc-labels.csv': 'model,hcc,label,chronic\nV24,19,Diabetes,Y\nV28,38,Diabetes,Y\n',
  'icd10cm-to-icdo3.csv':
    'code,primary_site,histology,behavior,grade,laterality,reportability\nC50.911,C509,8000,3,9,1,Y\n',
  'README.txt': 'not of codes',
}

/** A place where the command is run, and a folder of files. */
async function openPlace(t: Test) {
  const folder = storeFolder(t)
  const place = await placeOf(folder)
  const paths = filesOf(t, FILES)
  const run = async (...args: string[]) => {
    let output = ''
    const write = (words: string) => {
      output += words
    }
    const code = await codes(args, place, { out: write, err: write, read: async () => '' }).catch((error: Error) => {
      output += error.message
      return 1
    })
    return { code, output }
  }
  const named = (name: string) => paths.find((path) => path.endsWith(name))!
  return { folder, place, paths, files: dirname(paths[0]!), run, named, config: readConfig({ ...place, DEMO: 'off' }) }
}

t.test('a folder is loaded kind by kind, listed, and removed', async (t) => {
  const { run, files } = await openPlace(t)
  const loaded = await run('load', 'cms', files)
  t.equal(loaded.code, 0, loaded.output)
  t.match(loaded.output, /icd-10-cm FY2026, FY2027: 4 codes \(5 records\)\n/)
  t.match(loaded.output, 'FY2027 from 2026-10-01: 4 codes, 2 of them billable')
  t.match(loaded.output, 'map: ICD-10-CM to CMS-HCC V28, payment year 2027')
  t.match(loaded.output, 'Left alone: README.txt\n')
  const list = await run('list')
  t.match(list.output, /sid\/icd-10-cm +FY2026 from 2025-10-01, FY2027 from 2026-10-01 /)
  t.match(list.output, /\nicd-o-3 +2018 /)
  t.match(list.output, /\nValueSet +icd-10-cm +https:\S+\/ValueSet\/icd-10-cm-billable\n/)
  t.match(list.output, /\nConceptMap +icd-o-3 +https:\S+\/ConceptMap\/icd-10-cm-to-icd-o-3\n/)

  t.match(await run('remove', `${ICD10CM}|FY2026`), { code: 1, output: /part of the edition of all years/ })
  t.match(await run('remove', 'http://terminology.hl7.org/CodeSystem/cmshcc'), {
    code: 1,
    output: /Say which one: .*\|24, .*\|28\./,
  })
  t.match(await run('remove', 'http://terminology.hl7.org/CodeSystem/cmshcc|24'), {
    code: 0,
    output: /^Removed .*\|24\.\n$/,
  })
  t.match(await run('remove', 'hcc'), { code: 0, output: /\|28, chartroom\.codes\.hcc\.\n$/ })
  t.match(await run('remove', ICD10CM), { code: 0, output: /icd-10-cm, chartroom\.codes\.icd-10-cm\.\n$/ })
  t.match(await run('remove', 'icd-o-3'), { code: 0 })
  t.match(await run('remove', 'icd-o-3'), { code: 1, output: /Nothing of icd-o-3 was loaded/ })
  t.match(await run('list'), { code: 0, output: 'No code systems were loaded.\n' })
})

t.test('years one after the other, known to who has the store open', async (t) => {
  const { run, named, config } = await openPlace(t)
  const knowledge = await openKnowledge(config)
  t.teardown(() => knowledge.close())
  const canonicals = { find: async () => undefined, list: async () => [], stamp: async () => '' }
  const terminology = new Terminology({ canonicals, concepts: knowledge.concepts, today: () => '2026-11-29' })
  const asked = async (code: string, day?: string) =>
    terminology.validateCode({
      system: { url: ICD10CM },
      codings: [{ system: ICD10CM, code }],
      ...(day ? { day } : {}),
    })
  /** Other processes know of it soon. */
  const knows = async (version: string) => {
    for (let at = 0; at < 100; at++) {
      const editions = await knowledge.concepts.editions()
      if (editions.some(({ periods }) => periods?.some((period) => period.version === version))) return
      await setTimeout(100)
    }
  }
  t.equal((await run('load', 'icd-10-cm', named('order_2026.txt'))).code, 0)
  await knows('FY2026')
  t.match(await asked('I42.0'), { result: true, message: undefined })
  const second = await run('load', 'icd-10-cm', named('order_2027.txt'))
  t.match(second.output, 'put into what was held: FY2026')
  await knows('FY2027')
  t.match(await asked('I42.0', '2026-09-30'), { result: true, message: undefined })
  t.match(await asked('I42.0', '2026-10-01'), { result: true, message: /is a header since 2026-10-01.*use I42\.01/ })
  t.match(await asked('I42.01', '2026-09-30'), { result: false, message: /valid from 2026-10-01/ })
  t.match(await asked('E11'), { message: /E11 is a header: not billable; use E11\.9/ })
  const set = await knowledge.packages.find('ValueSet', 'https://chartroom.invalid/fhir/ValueSet/icd-10-cm-billable')
  t.match(
    set.map(({ version }) => version),
    ['FY2027'],
  )
})

t.test('what is no good is told in words, and nothing is changed', async (t) => {
  const { run, files, named } = await openPlace(t)
  const [bad, other] = filesOf(t, { 'icd10cm_order_2026.txt': `${ORDER_2026}nonsense\n`, 'x.txt': '' })
  const empty = join(dirname(bad!), 'empty')
  mkdirSync(empty)
  t.match(await run('load', 'icd-10-cm', bad!), {
    code: 1,
    output: /was not loaded, and is as it was before:\nicd10cm_order_2026\.txt, line 4: no code/,
  })
  t.match(await run('load', 'icd-10-cm', other!), {
    code: 1,
    output: /x\.txt is none of the files of icd-10-cm: icd10cm_order_YYYY\.txt/,
  })
  t.match(await run('load', 'cms', empty), { code: 1, output: /There are no files of icd-10-cm, icd-10-pcs/ })
  t.match(await run('load', 'icd-10-cm', `${empty}/none`), { code: 1, output: /ENOENT/ })
  t.match(await run('load', 'icd-11', files), { code: 2, output: /There are no codes of the kind icd-11\.\nUsage: / })
  t.match(await run('load', 'icd-10-cm', named('order_2026.txt'), '--from', '2026-02-30'), {
    code: 2,
    output: /is no day/,
  })
  t.match(await run('load', 'cms', files, '--version', '1'), { code: 2, output: /for one kind/ })
  t.match(await run('load', 'cms'), { code: 2 })
  t.match(await run(), { code: 2, output: /^Usage: / })
  t.match(await run('remove', 'http://x'), { code: 1, output: 'Nothing of http://x was loaded.' })
  t.match(await run('list'), { output: 'No code systems were loaded.\n' })
})

t.test('it is on record, also of a server that has the store open', async (t) => {
  const { run, named, folder, place, config } = await openPlace(t)
  await run('load', 'icd-o-3', named('icdo3.csv'))
  await run('remove', 'icd-o-3')
  const look = async () => {
    const { store } = await openStore(config)
    const deeds = await deedsOf(store)
    await store.close()
    return deeds
      .filter(({ code }) => code.startsWith('codes'))
      .map(({ code, action, query, agent }) => [code, action, query, agent.system])
  }
  const first = [
    ['codes-load', 'U', 'codes load icd-o-3', 'cli'],
    ['codes-remove', 'D', 'codes remove icd-o-3', 'cli'],
  ]
  t.strictSame(await look(), first)
  const server = await openServer(t, { ...place, DATA_DIR: folder })
  t.equal((await run('load', 'hcc', named('hcc-dx.csv'), named('hcc-labels.csv'))).code, 0, 'beside the server')
  if (!ON_MONGO) {
    const left = join(folder, 'left-deeds')
    for (let at = 0; at < 100 && readdirSync(left).length > 0; at++) await setTimeout(100)
    t.strictSame(readdirSync(left), [], 'the server took it')
  }
  await run('remove', 'hcc')
  await server.services.close()
  t.strictSame(await look(), [
    ...first,
    ['codes-load', 'U', 'codes load hcc', 'cli'],
    ['codes-remove', 'D', 'codes remove hcc', 'cli'],
  ])
})

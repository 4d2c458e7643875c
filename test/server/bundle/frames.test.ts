import t from 'tap'
import { versions } from '../../support/bundles.ts'
import { openServer } from '../../support/server.ts'

const A = '{"resource":{"resourceType":"Patient"},"request":{"method":"POST","url":"Patient"}}'
const B = '{"resource":{"resourceType":"Patient","id":"p"},"request":{"method":"PUT","url":"Patient/p"}}'
const bundleOf = (type: string, list: string, behind = '') =>
  `{"resourceType":"Bundle","type":"${type}","entry":${list}${behind}}`

/** What stands between entries, or around them, and is no JSON. */
const FRAMES = [
  `[${A}.5,${B}]`,
  `[${A}5,${B}]`,
  `[${A}e5,${B}]`,
  `[-${A},${B}]`,
  `[${A}"",${B}]`,
  `[""${A},${B}]`,
  `[${A},,${B}]`,
  `[,${A},${B}]`,
  `[${A},${B},]`,
  `[${A} ${B}]`,
  `[${A}${B}]`,
  `[${A}:${B}]`,
  `[${A};${B}]`,
  `[n${A},${B}]`,
  `[${A}l,${B}]`,
  `[${A}null,${B}]`,
  `[${A}true,${B}]`,
  `[${A}[],${B}]`,
  `[${A}{},${B}]`,
  `[${A},${B}}`,
  `[${A},${B}`,
  `[${A},${B}]]`,
  `[${A},${B}].5`,
  `[${A},/* */${B}]`,
  `[${A},\u00a0${B}]`,
  `[${A},\\u0020${B}]`,
]

/** What is JSON and no list of entries. */
const LISTS = ['null', '7', '"x"', `${A}`, `[${A},7]`, `[${A},null]`, `[${A},"x"]`, `[${A},[${B}]]`, `[[${A},${B}]]`]

t.test('what stands between entries must be JSON', async (t) => {
  const server = await openServer(t)
  for (const type of ['batch', 'transaction']) {
    for (const list of [...FRAMES, ...LISTS]) {
      const { status, json } = await server.post('', bundleOf(type, list))
      const name = `${type} ${list.replaceAll(A, 'A').replaceAll(B, 'B')}`
      t.equal(status, 400, name)
      t.match(json, { resourceType: 'OperationOutcome', issue: [{ severity: 'error', diagnostics: /./ }] }, name)
    }
  }
  t.equal(await versions(server), 0)
})

t.test('members beside the entries are JSON too, and stand once', async (t) => {
  const server = await openServer(t)
  const list = `[${A},${B}]`
  for (const behind of [
    `,"entry":[${A}]`,
    ',"entry":[]',
    ',"type":"batch"',
    ',"id":"x","id":"x"',
    ',',
    ',"id":x',
    '}',
  ]) {
    const { status } = await server.post('', bundleOf('batch', list, behind))
    t.equal(status, 400, behind)
  }
  t.equal(await versions(server), 0)
})

t.test('white space is of no weight, nor the order of members', async (t) => {
  const server = await openServer(t)
  for (const text of [
    bundleOf('batch', ` [\n${A}\t,\r\n ${B} ] `, ' , "id" : "x" '),
    `{"entry":[${A},${B}],"type":"transaction","resourceType":"Bundle"}`,
  ]) {
    const { status, json } = await server.post('', text)
    t.equal(status, 200)
    t.equal(json.entry.length, 2)
  }
})

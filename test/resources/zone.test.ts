import { equal, ok } from 'node:assert'
import fc from 'fast-check'
import t from 'tap'
import { dateRange, instantOf } from '../../resources/dates.ts'
import { UTC, zoneOf } from '../../resources/zone.ts'
import { NAMES, wallClock } from '../support/zones.ts'

const HOUR = 3_600_000

t.test('names of zones', async (t) => {
  const known: [string, string][] = [
    ['UTC', 'UTC'],
    ['Etc/UTC', 'UTC'],
    ['+00:00', 'UTC'],
    ['-00:00', 'UTC'],
    ['America/New_York', 'America/New_York'],
    ['america/new_york', 'America/New_York'],
    ['US/Eastern', 'America/New_York'],
    ['Etc/GMT+5', 'Etc/GMT+5'],
    ['+02:00', '+02:00'],
    ['-14:00', '-14:00'],
  ]
  for (const [text, name] of known) t.equal(zoneOf(text)?.name, name, text)
  const none = ['', 'Z', 'Mars', 'America/Gotham', 'local', '+02', '+0200', '2', '+14:01', '+15:00', '+01:60', 'UTC+2']
  for (const text of none) t.equal(zoneOf(text), undefined, text)
  t.equal(zoneOf('Zulu'), UTC)
})

const ROWS: [zone: string, text: string, start: string, end: string][] = [
  ['UTC', '2015-04-01', '2015-04-01T00:00:00.000Z', '2015-04-02T00:00:00.000Z'],
  ['+02:00', '2015-04-01', '2015-03-31T22:00:00.000Z', '2015-04-01T22:00:00.000Z'],
  ['+02:00', '0001', '0000-12-31T22:00:00.000Z', '0001-12-31T22:00:00.000Z'],
  ['-14:00', '9999', '9999-01-01T14:00:00.000Z', '+010000-01-01T14:00:00.000Z'],
  ['America/New_York', '2015', '2015-01-01T05:00:00.000Z', '2016-01-01T05:00:00.000Z'],
  ['America/New_York', '2015-03', '2015-03-01T05:00:00.000Z', '2015-04-01T04:00:00.000Z'],
  ['America/New_York', '2015-04-01', '2015-04-01T04:00:00.000Z', '2015-04-02T04:00:00.000Z'],
  ['America/New_York', '2015-03-08', '2015-03-08T05:00:00.000Z', '2015-03-09T04:00:00.000Z'],
  ['America/New_York', '2015-11-01', '2015-11-01T04:00:00.000Z', '2015-11-02T05:00:00.000Z'],
  ['America/New_York', '2015-04-01T10:00', '2015-04-01T14:00:00.000Z', '2015-04-01T14:01:00.000Z'],
  ['America/New_York', '2015-04-01T10:00:05', '2015-04-01T14:00:05.000Z', '2015-04-01T14:00:06.000Z'],
  ['America/New_York', '2015-04-01T10:00:05.25', '2015-04-01T14:00:05.250Z', '2015-04-01T14:00:05.260Z'],
  // What tells its offset is where it says.
  ['America/New_York', '2015-04-01T10:00Z', '2015-04-01T10:00:00.000Z', '2015-04-01T10:01:00.000Z'],
  ['America/New_York', '2015-11-01T01:30:00-05:00', '2015-11-01T06:30:00.000Z', '2015-11-01T06:30:01.000Z'],
  // Clocks go from 2:00 to 3:00.
  ['America/New_York', '2015-03-08T01:59', '2015-03-08T06:59:00.000Z', '2015-03-08T07:00:00.000Z'],
  ['America/New_York', '2015-03-08T02:00', '2015-03-08T07:00:00.000Z', '2015-03-08T07:00:00.001Z'],
  ['America/New_York', '2015-03-08T02:59:59.9', '2015-03-08T07:00:00.000Z', '2015-03-08T07:00:00.001Z'],
  ['America/New_York', '2015-03-08T03:00', '2015-03-08T07:00:00.000Z', '2015-03-08T07:01:00.000Z'],
  // And from 2:00 to 1:00.
  ['America/New_York', '2015-11-01T01:00', '2015-11-01T05:00:00.000Z', '2015-11-01T05:01:00.000Z'],
  ['America/New_York', '2015-11-01T01:59', '2015-11-01T05:59:00.000Z', '2015-11-01T07:00:00.000Z'],
  ['America/New_York', '2015-11-01T02:00', '2015-11-01T07:00:00.000Z', '2015-11-01T07:01:00.000Z'],
  // Rules go on for ever; before there were any, each place had its own time, to the second.
  ['America/New_York', '9998-07-04', '9998-07-04T04:00:00.000Z', '9998-07-05T04:00:00.000Z'],
  ['America/New_York', '9999-12-31', '9999-12-31T05:00:00.000Z', '+010000-01-01T05:00:00.000Z'],
  ['America/New_York', '1850-01-01', '1850-01-01T04:56:02.000Z', '1850-01-02T04:56:02.000Z'],
  ['America/New_York', '0001-01-01', '0001-01-01T04:56:02.000Z', '0001-01-02T04:56:02.000Z'],
  // A day that begins at 1:00, one whose midnight comes twice, one whose last hour does.
  ['America/Sao_Paulo', '2018-11-04', '2018-11-04T03:00:00.000Z', '2018-11-05T02:00:00.000Z'],
  ['America/Havana', '2015-11-01', '2015-11-01T04:00:00.000Z', '2015-11-02T05:00:00.000Z'],
  ['America/Sao_Paulo', '2018-02-17', '2018-02-17T02:00:00.000Z', '2018-02-18T03:00:00.000Z'],
  // A day that begins within the gap: clocks went from 23:30 to 0:30.
  ['America/Toronto', '1919-03-30', '1919-03-30T05:00:00.000Z', '1919-03-31T04:30:00.000Z'],
  ['America/Toronto', '1919-03-31', '1919-03-31T04:30:00.000Z', '1919-04-01T04:00:00.000Z'],
  // Clocks went from 0:01 back to 23:01: the day had begun.
  ['America/St_Johns', '2010-11-07', '2010-11-07T02:30:00.000Z', '2010-11-08T03:30:00.000Z'],
  ['Australia/Lord_Howe', '2015-04-05', '2015-04-04T13:00:00.000Z', '2015-04-05T13:30:00.000Z'],
  ['Asia/Kathmandu', '2015-04-01', '2015-03-31T18:15:00.000Z', '2015-04-01T18:15:00.000Z'],
  // Samoa left a day out.
  ['Pacific/Apia', '2011-12-29', '2011-12-29T10:00:00.000Z', '2011-12-30T10:00:00.000Z'],
  ['Pacific/Apia', '2011-12-30', '2011-12-30T10:00:00.000Z', '2011-12-30T10:00:00.001Z'],
  ['Pacific/Apia', '2011-12-31', '2011-12-30T10:00:00.000Z', '2011-12-31T10:00:00.000Z'],
]

t.test('where a date begins and ends', async (t) => {
  for (const [name, text, start, end] of ROWS) {
    const range = dateRange(text, zoneOf(name))
    t.strictSame(range && [instantOf(range.start), instantOf(range.end)], [start, end], `${name}: ${text}`)
  }
  for (const text of ['2015-02-29', '0000', '2015-04-01T24:00', '2015-04-01T10', '10000', '2015-04-01T10:00+15:00']) {
    t.equal(dateRange(text, zoneOf('America/New_York')), undefined, text)
  }
})

const names = fc.constantFrom(...NAMES)
/** The years in which clocks are put to other times come up more often than others. */
const moments = (least: string, most: string) => {
  const within = (from: string, to: string) => fc.integer({ min: Date.parse(from), max: Date.parse(to) })
  return fc.oneof(within(least, most), within('1880-01-01T00:00Z', '2040-01-01T00:00Z'))
}

/** Two dates of one length, the second of which is the next after the first, by a calendar that knows no zone. */
const neighbours = fc
  .tuple(fc.constantFrom(4, 7, 10, 16, 19), moments('0001-01-01T00:00Z', '9998-12-01T00:00Z'))
  .map(([length, at]): [string, string] => {
    const text = (moment: number) => instantOf(moment).slice(0, length)
    const next = new Date(at)
    if (length === 4) next.setUTCFullYear(next.getUTCFullYear() + 1, 0, 1)
    if (length === 7) next.setUTCMonth(next.getUTCMonth() + 1, 1)
    const step = length === 10 ? 24 * HOUR : length === 16 ? 60_000 : length === 19 ? 1000 : 0
    return [text(at), text(next.getTime() + step)]
  })

t.test('a year, month, day, minute or second ends where the next one begins', async () => {
  const property = fc.property(names, neighbours, (name, [text, next]) => {
    const [one, other] = [dateRange(text, zoneOf(name))!, dateRange(next, zoneOf(name))!]
    ok(one.start < one.end)
    // One that clocks skip is a mere ms of the next.
    if (one.start === other.start) equal(one.end, one.start + 1)
    else equal(one.end, other.start)
  })
  fc.assert(property, { numRuns: 3000 })
})

t.test('so do all days and hours around a change of the clocks', async (t) => {
  for (const name of NAMES) {
    const zone = zoneOf(name)
    for (const from of ['2018-02-16', '2015-03-07', '2015-10-31', '2011-12-28', '2010-11-05', '1919-03-29']) {
      const texts = (step: number, count: number, length: number) =>
        Array.from({ length: count }, (_, at) => instantOf(Date.parse(from) + at * step).slice(0, length))
      for (const list of [texts(24 * HOUR, 6, 10), texts(60_000, 4000, 16)]) {
        const ranges = list.map((text) => dateRange(text, zone)!)
        const wrong = ranges.findIndex(({ start, end }, at) => {
          const next = ranges[at + 1]
          return next && end !== next.start && !(start === next.start && end === start + 1)
        })
        t.equal(list[wrong], undefined, `${name} from ${from}`)
      }
    }
  }
})

t.test('what clocks show at a moment, as Intl tells it, begins when they show it first', async () => {
  const property = fc.property(names, moments('0001-01-03T00:00Z', '9999-12-29T00:00Z'), (name, at) => {
    const clock = wallClock(name)
    const { start } = dateRange(clock(at), zoneOf(name))!
    const second = Math.floor(at / 1000) * 1000
    ok(start <= second)
    if (start !== second) equal(clock(start), clock(at))
  })
  fc.assert(property, { numRuns: 3000 })
})

t.test('zones of the same rules are the same', async (t) => {
  const rules = (name: string) => zoneOf(name)?.rules()
  t.equal(rules('US/Eastern'), rules('America/New_York'))
  t.not(rules('America/Toronto'), rules('America/New_York'))
  t.not(rules('+02:00'), rules('+01:00'))
  t.not(rules('Africa/Cairo'), rules('+02:00'))
  t.match(rules('America/New_York'), /1425798000000/, 'with every change of the clocks')
})

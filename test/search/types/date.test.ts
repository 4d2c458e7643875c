import t from 'tap'
import { finds } from '../../support/criteria.ts'

const YEAR = { resourceType: 'Patient', birthDate: '2013' }
const MONTH = { resourceType: 'Patient', birthDate: '2013-03' }
const DAY = { resourceType: 'Patient', birthDate: '2013-03-14' }
const LEAP = { resourceType: 'Patient', birthDate: '2012-02-29' }
const instant = (text: string) => ({ resourceType: 'Observation', effectiveInstant: text })
const dateTime = (text: string) => ({ resourceType: 'Observation', effectiveDateTime: text })
const period = (start?: string, end?: string) => ({ resourceType: 'Encounter', period: { start, end } })
const timing = (effectiveTiming: object) => ({ resourceType: 'Observation', effectiveTiming })
const FULL = period('2013-01-10', '2013-02-20')
const FROM = period('2013-01-10')
const TO = period(undefined, '2013-02-20')

const ROWS: [rule: string, resource: Parameters<typeof finds>[0], query: string, found: boolean | 400][] = [
  ['3.1.1.4.7 eq: the range of the search contains that of the resource', DAY, 'birthdate=2013-03-14', true],
  ['3.1.1.4.7 eq: a day in a month', DAY, 'birthdate=2013-03', true],
  ['3.1.1.4.7 eq: a day in a year', DAY, 'birthdate=eq2013', true],
  ['3.1.1.4.7 eq: a month is not in a day', MONTH, 'birthdate=2013-03-14', false],
  ['3.1.1.4.7 eq: a year is not in a month', YEAR, 'birthdate=2013-03', false],
  ['3.1.1.4.7 eq: the day before', DAY, 'birthdate=2013-03-13', false],
  ['3.1.1.4.7 eq: the day after', DAY, 'birthdate=2013-03-15', false],
  ['3.1.1.4.7 eq: first moment of a day', dateTime('2013-03-14T00:00:00Z'), 'date=2013-03-14', true],
  ['3.1.1.4.7 eq: last moment of a day', dateTime('2013-03-14T23:59:59.999Z'), 'date=2013-03-14', true],
  ['3.1.1.4.7 eq: first moment of the next', dateTime('2013-03-15T00:00:00Z'), 'date=2013-03-14', false],
  ['3.1.1.4.7 minutes are a range', dateTime('2013-03-14T10:00:59Z'), 'date=2013-03-14T10:00Z', true],
  ['3.1.1.4.7 minutes are a range', dateTime('2013-03-14T10:01:00Z'), 'date=2013-03-14T10:00Z', false],
  ['3.1.1.4.7 seconds are a range', instant('2013-03-14T10:00:00.500Z'), 'date=2013-03-14T10:00:00Z', true],
  ['3.1.1.4.7 fractions are a range', instant('2013-03-14T10:00:00.500Z'), 'date=2013-03-14T10:00:00.5Z', true],
  ['3.1.1.4.7 fractions are a range', instant('2013-03-14T10:00:00.600Z'), 'date=2013-03-14T10:00:00.5Z', false],
  ['3.1.1.4.7 zones', dateTime('2013-03-14T23:30:00-05:00'), 'date=2013-03-15', true],
  ['3.1.1.4.7 zones', dateTime('2013-03-14T23:30:00-05:00'), 'date=2013-03-14', false],
  ['3.1.1.4.7 zones of the search', dateTime('2013-03-14T10:00:00Z'), 'date=2013-03-14T12:00:00%2B02:00', true],
  ['3.1.1.4.7 no zone is the zone of the server', dateTime('2013-03-14T10:00:00Z'), 'date=2013-03-14T10:00:00', true],
  ['3.1.1.4.7 leap day', LEAP, 'birthdate=2012-02-29', true],
  ['3.1.1.4.7 leap day in its month', LEAP, 'birthdate=2012-02', true],
  ['3.1.1.4.7 no leap day', LEAP, 'birthdate=2013-02-29', 400],
  ['3.1.1.4.7 seconds 60', dateTime('2016-12-31T23:59:60Z'), 'date=2017-01-01T00:00:00Z', true],
  ['3.1.1.4.7 seconds 60 in the search', dateTime('2017-01-01T00:00:00Z'), 'date=2016-12-31T23:59:60Z', true],
  ['3.1.1.4.7 seconds 61', DAY, 'birthdate=2016-12-31T23:59:61Z', 400],
  ['3.1.1.4.7 24:00 may not be used', DAY, 'birthdate=2013-03-14T24:00', 400],

  ['3.1.1.4.4 ne: not in the range', DAY, 'birthdate=ne2013-03-15', true],
  ['3.1.1.4.4 ne: in the range', DAY, 'birthdate=ne2013-03', false],
  ['3.1.1.4.4 ne: wider than the search', MONTH, 'birthdate=ne2013-03-14', true],
  ['3.1.1.4.4 ne: a missing value is no other value', { resourceType: 'Patient' }, 'birthdate=ne2013-03-14', false],
  ['3.1.1.4.4 gt: ends after the search', MONTH, 'birthdate=gt2013-03-14', true],
  ['3.1.1.4.4 gt: the same is not greater', DAY, 'birthdate=gt2013-03-14', false],
  ['3.1.1.4.4 gt: the day after', DAY, 'birthdate=gt2013-03-13', true],
  ['3.1.1.4.4 gt: a day of the month is not greater than it', DAY, 'birthdate=gt2013-03', false],
  ['3.1.1.4.4 lt: begins before the search', MONTH, 'birthdate=lt2013-03-14', true],
  ['3.1.1.4.4 lt: the same is not less', DAY, 'birthdate=lt2013-03-14', false],
  ['3.1.1.4.4 lt: the day before', DAY, 'birthdate=lt2013-03-15', true],
  ['3.1.1.4.4 ge: the same', DAY, 'birthdate=ge2013-03-14', true],
  ['3.1.1.4.4 ge: within', DAY, 'birthdate=ge2013-03', true],
  ['3.1.1.4.4 ge: ends after', MONTH, 'birthdate=ge2013-03-31', false],
  ['3.1.1.4.4 ge: ends after', MONTH, 'birthdate=ge2013-03-30', true],
  ['3.1.1.4.4 ge: before', DAY, 'birthdate=ge2013-03-15', false],
  ['3.1.1.4.4 le: the same', DAY, 'birthdate=le2013-03-14', true],
  ['3.1.1.4.4 le: within', DAY, 'birthdate=le2013', true],
  ['3.1.1.4.4 le: begins before', MONTH, 'birthdate=le2013-03-02', true],
  ['3.1.1.4.4 le: begins with it and goes on', MONTH, 'birthdate=le2013-03-01', false],
  ['3.1.1.4.4 le: after', DAY, 'birthdate=le2013-03-13', false],
  ['3.1.1.4.4 sa: begins after the search', DAY, 'birthdate=sa2013-03-13', true],
  ['3.1.1.4.4 sa: not within it', DAY, 'birthdate=sa2013-03', false],
  ['3.1.1.4.4 sa: an overlap is not after', MONTH, 'birthdate=sa2013-03-01', false],
  ['3.1.1.4.4 eb: ends before the search', DAY, 'birthdate=eb2013-03-15', true],
  ['3.1.1.4.4 eb: an overlap is not before', MONTH, 'birthdate=eb2013-03-31', false],
  ['3.1.1.4.4 eb: ends where the search begins', MONTH, 'birthdate=eb2013-04', true],
  ['3.1.1.4.4 ap: overlaps', MONTH, 'birthdate=ap2013-03-14', true],
  ['3.1.1.4.4 ap: a tenth of the time since then', DAY, 'birthdate=ap2013-09', true],
  ['3.1.1.4.4 ap: farther away', DAY, 'birthdate=ap1990', false],
  ['3.1.1.4.4 ap: so far back', DAY, 'birthdate=ap0001', false],

  ['3.1.1.4.7 Period within', FULL, 'date=2013', true],
  ['3.1.1.4.7 Period beyond', FULL, 'date=2013-01', false],
  ['3.1.1.4.7 Period: its end is the end of the day', FULL, 'date=gt2013-02-19', true],
  ['3.1.1.4.7 Period: its end is the end of the day', FULL, 'date=gt2013-02-20', false],
  ['3.1.1.4.7 Period both sides', FULL, 'date=ge2013-02-19&date=le2013-01-11', true],
  ['3.1.1.4.4 ge: neither beyond the search nor within it', FULL, 'date=ge2013-02-20', false],
  ['3.1.1.4.4 le: neither before the search nor within it', FULL, 'date=le2013-01-10', false],
  ['3.1.1.4.7 Period open at the end', FROM, 'date=gt9999', true],
  ['3.1.1.4.7 Period open at the end', FROM, 'date=lt2013-01-10', false],
  ['3.1.1.4.7 Period open at the end is in no year', FROM, 'date=2013', false],
  ['3.1.1.4.7 Period open at the end', FROM, 'date=sa2013-01-09', true],
  ['3.1.1.4.7 Period open at the end', FROM, 'date=eb9999', false],
  ['3.1.1.4.7 Period open at the beginning', TO, 'date=lt0001', true],
  ['3.1.1.4.7 Period open at the beginning', TO, 'date=gt2013-02-20', false],
  ['3.1.1.4.7 Period open at the beginning', TO, 'date=eb2013-02-21', true],
  ['3.1.1.4.7 Period of nothing is none', period(), 'date:missing=true', true],
  ['3.1.1.4.7 Timing: first event', timing({ event: ['2013-05-01', '2013-03-01'] }), 'date=sa2013-02-28', true],
  ['3.1.1.4.7 Timing: last event', timing({ event: ['2013-05-01', '2013-03-01'] }), 'date=eb2013-05-02', true],
  ['3.1.1.4.7 Timing: outer limits', timing({ event: ['2013-05-01', '2013-03-01'] }), 'date=ap2013-04', true],
  [
    '3.1.1.4.7 Timing: bounds',
    timing({ repeat: { boundsPeriod: { start: '2013', end: '2014' } } }),
    'date=sa2012&date=eb2015',
    true,
  ],
  ['3.1.1.4.7 Timing: without moments', timing({ code: { text: 'BID' } }), 'date:missing=true', true],

  ['3.1.1.4.5 missing', DAY, 'birthdate:missing=false', true],
  ['3.1.1.4.5 missing', DAY, 'birthdate:missing=true', false],
  ['3.1.1.4.5 missing', { resourceType: 'Patient' }, 'birthdate:missing=true', true],
  ['3.1.1.4.5 missing takes true or false', DAY, 'birthdate:missing=yes', 400],
  ['3.1.1.4.6 a comma is or', DAY, 'birthdate=2011,2013', true],
  ['3.1.1.4.6 a comma is or', DAY, 'birthdate=2011,2012', false],
  ['3.1.1.4.5 no modifier of a date', DAY, 'birthdate:exact=2013', 400],
  ['hostile: a prefix alone', DAY, 'birthdate=ge', 400],
  ['hostile: two prefixes', DAY, 'birthdate=gege2013', 400],
  ['hostile: no date', DAY, 'birthdate=today', 400],
  ['hostile: no such month', DAY, 'birthdate=2013-13', 400],
  ['hostile: no such zone', DAY, 'birthdate=2013-03-14T00:00:00%2B15:00', 400],
  ['hostile: digits', DAY, `birthdate=${'1'.repeat(400)}`, 400],
  ['hostile: the year 0', DAY, 'birthdate=0000', 400],
  ['hostile: NUL', DAY, 'birthdate=2013%00', 400],
  [
    'hostile: a broken date of a resource',
    { resourceType: 'Patient', birthDate: '2013-02-30' },
    'birthdate=2013',
    false,
  ],
]

for (const [rule, resource, query, found] of ROWS) {
  t.test(`R4 search ${rule}: ${query.slice(0, 80)}`, async (t) => t.equal(finds(resource, query), found))
}

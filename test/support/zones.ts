/** Zones of many kinds: none, fixed, with half hours, with days skipped and midnights that come twice or never. */
export const NAMES = [
  'UTC',
  '+02:00',
  '-09:30',
  'Africa/Casablanca',
  'America/Havana',
  'America/New_York',
  'America/Sao_Paulo',
  'America/St_Johns',
  'America/Toronto',
  'Asia/Kathmandu',
  'Asia/Manila',
  'Australia/Lord_Howe',
  'Europe/Amsterdam',
  'Europe/Dublin',
  'Pacific/Apia',
  'Pacific/Kwajalein',
]

/** What clocks of a zone show at a moment, to the second and without an offset, by Intl. */
export function wallClock(name: string): (moment: number) => string {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: name,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    // FHIR's calendar is Gregorian throughout; that of `en-US` is Julian before 1582.
    calendar: 'iso8601',
  })
  return (moment) => {
    const { year, month, day, hour, minute, second } = Object.fromEntries(
      format.formatToParts(moment).map(({ type, value }) => [type, value]),
    )
    return `${year!.padStart(4, '0')}-${month}-${day}T${hour}:${minute}:${second}`
  }
}

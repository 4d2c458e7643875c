import type { Edition } from './concept-source.ts'

/**
 * The day for which a version of a dated code system is meant: its last one, though not after today while it runs; today where no
 * version is told.
 */
export function dayIn(edition: Edition, version: string | undefined, today: string): string {
  const period = version === undefined ? undefined : edition.periods?.find((one) => one.version === version)
  if (!period) return today
  if (period.from > today) return period.to ?? period.from
  return period.to === undefined || today < period.to ? today : period.to
}

/** The version of an edition that counts on a day. */
export function versionOn(edition: Edition, day: string): string | undefined {
  const period = edition.periods?.find(({ from, to }) => from <= day && (to === undefined || day <= to))
  return period?.version ?? edition.version
}

/** The date that it is here (`2026-09-30`). */
export function localToday(): string {
  const now = new Date()
  const two = (value: number) => String(value).padStart(2, '0')
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`
}

/**
 * Makes the clock of a process and its threads run fast, from some time ago on: `node --import ./bench/fast-clock.ts`. By it a
 * log is filled in minutes as if it were months (CLOCK_SCALE, and CLOCK_AGO in ms).
 */
const { now } = Date
const scale = Number(process.env.CLOCK_SCALE ?? 1)
const ago = Number(process.env.CLOCK_AGO ?? 0)
process.env.CLOCK_BEGAN ??= String(now())
const began = Number(process.env.CLOCK_BEGAN)

Date.now = () => Math.floor(began - ago + (now() - began) * scale)

import { randomInt } from 'node:crypto'

const LEAST = 12
const MOST = 256
const LEAST_DIFFERENT = 5

/** What many begin with; a password of one of these and some digits is guessed first. */
const COMMON = [
  'administrator',
  'changeme',
  'chartroom',
  'default',
  'hospital',
  'iloveyou',
  'letmein',
  'password',
  'passwort',
  'patient',
  'physician',
  'qwertyuiop',
  'secret',
  'summer',
  'test',
  'welcome',
  'winter',
]

/** Rows of characters that are typed as they stand, forwards or backwards. */
const ROWS = ['abcdefghijklmnopqrstuvwxyz', '01234567890', 'qwertyuiopasdfghjklzxcvbnm', 'qwertzuiopasdfghjklyxcvbnm']

/** Without those that look like others. */
const ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789'
const GROUPS = 4
const GROUP_LENGTH = 5

/**
 * What is wrong with a password that somebody chooses, undefined if nothing is (NIST SP 800-63B, 5.1.1.2: length counts, and
 * what is guessed first is refused; no rules of which characters).
 */
export function passwordFault(password: string, userName: string): string | undefined {
  const plain = normalized(password).toLowerCase()
  const { length } = [...plain]
  if (length < LEAST) return `a password has at least ${LEAST} characters`
  if (length > MOST) return `a password has at most ${MOST} characters`
  if (new Set(plain).size < LEAST_DIFFERENT) return `a password has at least ${LEAST_DIFFERENT} different characters`
  const own = userName.toLowerCase()
  if (own.length > 2 && plain.includes(own) && bare(plain.replaceAll(own, '')).length < LEAST / 2)
    return 'the password is made of the name'
  if (isCommon(plain)) return 'the password is one of those that are guessed first'
  return undefined
}

/** A random password of 99 bits, in groups that can be read aloud. */
export function randomPassword(): string {
  const letters = (count: number) => Array.from({ length: count }, () => ALPHABET[randomInt(ALPHABET.length)]).join('')
  return Array.from({ length: GROUPS }, () => letters(GROUP_LENGTH)).join('-')
}

/** The form in which passwords are compared: the same text typed on two keyboards may be other code points. */
export function normalized(password: string): string {
  return password.normalize('NFKC')
}

function isCommon(plain: string): boolean {
  const letters = bare(plain)
  if (COMMON.some((word) => letters.replaceAll(word, '').length < 3 && letters.includes(word))) return true
  return isRepeated(plain) || ROWS.some((row) => isOfRow(plain, row) || isOfRow(plain, [...row].reverse().join('')))
}

/** The letters alone, with those that digits stand for. */
function bare(text: string): string {
  const spelled = text
    .replaceAll('0', 'o')
    .replaceAll('1', 'i')
    .replaceAll('3', 'e')
    .replaceAll('@', 'a')
    .replaceAll('$', 's')
  return spelled.replace(/\P{L}/gu, '')
}

/** Whether a short text is written again and again. */
function isRepeated(text: string): boolean {
  return /^(.{1,6})\1+.{0,3}$/u.test(text)
}

/** Whether it is made of long pieces of a row. */
function isOfRow(text: string, row: string): boolean {
  let rest = text
  for (const length of [12, 8, 6]) {
    for (let start = 0; start + length <= row.length; start++)
      rest = rest.replaceAll(row.slice(start, start + length), '')
  }
  return rest.length < LEAST / 2 && rest.length < text.length
}

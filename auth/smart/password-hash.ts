import { type BinaryLike, randomBytes, type ScryptOptions, scrypt as scryptOfNode, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { FhirError } from '../../resources/fhir-error.ts'
import { normalized } from './password.ts'

const scrypt = promisify<BinaryLike, BinaryLike, number, ScryptOptions, Buffer>(scryptOfNode)

/** Cost of new hashes: 32 MB and three rounds of it (OWASP Password Storage Cheat Sheet). */
const COST = { logN: 15, r: 8, p: 3 }

const SALT_BYTES = 16
const HASH_BYTES = 32

/** Bytes that a hash may take while it is made. */
const MOST_MEMORY = 128 * 1024 * 1024

/** Hashes that are made at once: each takes a thread of Node's few, and 32 MB. */
const AT_ONCE = 2

/** Those that may wait; whoever comes then is told so. */
const MOST_WAITING = 64

/** Characters of what is hashed at the most; nobody's password is longer. */
const LONGEST = 1024

/** A hash with its salt and what it cost to make: `scrypt$log2(N)$r$p$salt$hash`. */
export type PasswordHash = `scrypt$${string}`

/** Hashes a password. Throws `unavailable` while too many are at it. */
export async function hashPassword(password: string): Promise<PasswordHash> {
  const salt = randomBytes(SALT_BYTES)
  const { logN, r, p } = COST
  const hash = await derive(password, salt, COST)
  return `scrypt$${[logN, r, p, salt.toString('base64url'), hash.toString('base64url')].join('$')}`
}

/** Whether a password is the one of a hash. Without a hash the answer is no, and takes as long. */
export async function isPassword(password: string, hash: PasswordHash | undefined): Promise<boolean> {
  const [, logN, r, p, salt = '', wanted = ''] = (hash ?? NOBODYS).split('$')
  const cost = { logN: Number(logN), r: Number(r), p: Number(p) }
  const found = await derive(password, Buffer.from(salt, 'base64url'), cost)
  const expected = Buffer.from(wanted, 'base64url')
  return found.length === expected.length && timingSafeEqual(found, expected) && hash !== undefined
}

/** Stands for the hash of who is not there. */
const NOBODYS = `scrypt$${COST.logN}$${COST.r}$${COST.p}$${randomBytes(SALT_BYTES).toString('base64url')}$${randomBytes(HASH_BYTES).toString('base64url')}`

let running = 0
const waiting: (() => void)[] = []

async function derive(password: string, salt: Buffer, { logN, r, p }: typeof COST): Promise<Buffer> {
  const N = 2 ** logN
  await takePlace()
  try {
    return await scrypt(normalized(password.slice(0, LONGEST)), salt, HASH_BYTES, { N, r, p, maxmem: MOST_MEMORY })
  } finally {
    const next = waiting.shift()
    if (next) next()
    else running--
  }
}

function takePlace(): Promise<void> {
  if (running < AT_ONCE) {
    running++
    return Promise.resolve()
  }
  if (waiting.length >= MOST_WAITING) throw FhirError.of('unavailable', 'Too many are signing in at this moment.')
  return new Promise((resolve) => waiting.push(resolve))
}

import { MongoClientBulkWriteError, MongoError, MongoServerError } from 'mongodb'
import { FhirError } from '../../fhir-error.ts'

const DUPLICATE_KEY = 11000
const WRITE_CONFLICT = 112

/**
 * What says that a transaction is more than the server takes: NoSuchTransaction is told of one that it ended for its age,
 * and of others, which `transaction.ts` tells apart.
 */
const TOO_LARGE = new Set([
  146, // ExceededMemoryLimit
  257, // TransactionTooLarge
  290, // TransactionExceededLifetimeLimitSeconds
  359, // TransactionTooLargeForCache
  10334, // BSONObjectTooLarge
])

/** Whether the driver or the server has given an error this label. */
export function hasLabel(error: unknown, label: string): boolean {
  return chain(error).some((one) => one instanceof MongoError && one.hasErrorLabel(label))
}

/** Whether another one has written the same: the transaction may be right when it is begun again. */
export function isConflict(error: unknown): boolean {
  const codes = codesOf(error)
  return codes.includes(WRITE_CONFLICT) || codes.includes(DUPLICATE_KEY)
}

/** Whether a document of that `_id` was there before. */
export function isDuplicate(error: unknown): boolean {
  return codesOf(error).includes(DUPLICATE_KEY)
}

/** Whether the unit is more than one transaction can take. */
export function isTooLarge(error: unknown): boolean {
  return codesOf(error).some((code) => TOO_LARGE.has(Number(code)))
}

/** What callers are told of trouble while reading. */
export function unreadable(error: unknown): FhirError {
  return unavailable('The store cannot be read at the moment.', error)
}

/** What callers are told of trouble while writing, where it is sure that nothing was written. */
export function unwritable(error: unknown): FhirError {
  return unavailable('The store cannot write at the moment; nothing was changed.', error)
}

/** What callers are told when the server was asked to commit and what it did could not be learned. */
export function unconfirmed(error: unknown): FhirError {
  return unavailable('The store could not confirm the change in time: it may have been made, or not.', error)
}

/** What callers are told of a unit that is more than one transaction can take. */
export function tooLargeUnit(): FhirError {
  const words = 'This is more than one transaction of the database can take; nothing was changed. Send it in parts.'
  return FhirError.of('too-large', words)
}

function unavailable(diagnostics: string, error: unknown): FhirError {
  return new FhirError('unavailable', [{ severity: 'error', code: 'transient', diagnostics }], namesOf(error))
}

/** For the log. Messages of the server quote documents, which may be of a patient: those of the driver alone are kept. */
function namesOf(error: unknown): string {
  const words = chain(error).map((one) => {
    if (one instanceof MongoServerError) return `${one.name} ${one.codeName ?? ''} ${one.code ?? ''}`.trim()
    return one instanceof Error ? `${one.name}: ${one.message}` : String(one)
  })
  return words.join(', by ')
}

function codesOf(error: unknown): unknown[] {
  return chain(error).flatMap((one) => {
    const writes = one instanceof MongoClientBulkWriteError ? [...one.writeErrors.values()].map(({ code }) => code) : []
    return one instanceof MongoError ? [one.code, ...writes] : writes
  })
}

/** An error and what it was caused by, the outermost first: the error of a bulk write wraps the server's. */
export function chain(error: unknown): unknown[] {
  const all: unknown[] = []
  for (let one = error; one !== undefined && one !== null && all.length < 5; ) {
    all.push(one)
    one = one instanceof Error ? one.cause : undefined
  }
  return all
}

import { MongoError } from 'mongodb'
import { FhirError } from '../../resources/fhir-error.ts'
import { unreadable } from '../../resources/store/mongo/trouble.ts'
import { tooLong } from './reading.ts'

/** MaxTimeMSExpired: a query took more than its time. */
const OUT_OF_TIME = 50

/** What says that a query asks for more than the server takes, in values or in what it gathers. */
const TOO_MUCH = new Set<unknown>([
  15, // Overflow: parts within parts within parts
  292, // QueryExceededMemoryLimitNoDiskUseAllowed
  10334, // BSONObjectTooLarge
  17419, // BSONObj size must be between 0 and 16 MiB
])

/** Does work that asks the server. Throws `invalid` for what it takes too long over or is too much, `unavailable` for trouble. */
export async function answered<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof MongoError && error.code === OUT_OF_TIME) throw tooLong()
    if (isTooMuch(error)) {
      throw FhirError.of('invalid', 'The search asks for too many values at once; narrow it.', { code: 'too-costly' })
    }
    throw error instanceof MongoError ? unreadable(error) : error
  }
}

/** What does not fit into a message is refused by the driver, which has no error of its own for it. */
function isTooMuch(error: unknown): boolean {
  return error instanceof MongoError ? TOO_MUCH.has(error.code) : error instanceof RangeError
}

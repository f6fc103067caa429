// Turns bytes that are no message, and filters that are none, into the errors that say so.
import { invalid } from '../protocol/errors.ts'
import type { FilterRequest } from '../protocol/read-request.ts'
import { MalformedMessage } from '../protocol/wire.ts'
import { type Filter, filterOf } from '../subscriptions/filter.ts'

/** Runs a decoder; what it can't read becomes INVALID_ARGUMENT. */
export function understood<T>(decode: () => T): T {
  try {
    return decode()
  } catch (error) {
    if (!(error instanceof MalformedMessage)) throw error
    throw invalid(`The request is malformed: ${error.message}`, { cause: error })
  }
}

/** Makes a filter; one that is refused becomes INVALID_ARGUMENT. */
export function understoodFilter(filter: FilterRequest): Filter {
  if (filter.on === undefined) throw invalid('The filter names neither streams nor types.')
  try {
    return filterOf(filter)
  } catch (cause) {
    throw invalid(`The regular expression can't be used: ${(cause as Error).message}`, { cause })
  }
}

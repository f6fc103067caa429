// Turns bytes that are no message into the error that says so.
import { invalid } from '../protocol/errors.ts'
import { MalformedMessage } from '../protocol/wire.ts'

/** Runs a decoder; what it can't read becomes INVALID_ARGUMENT. */
export function understood<T>(decode: () => T): T {
  try {
    return decode()
  } catch (error) {
    if (!(error instanceof MalformedMessage)) throw error
    throw invalid(`The request is malformed: ${error.message}`, { cause: error })
  }
}

// How a gRPC call ends: status codes, and the error that carries one with its trailers.

export const Status = {
  OK: 0,
  CANCELLED: 1,
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  ABORTED: 10,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  UNAUTHENTICATED: 16,
} as const
export type StatusCode = (typeof Status)[keyof typeof Status]

/** Ends the call it is thrown in: a status, words for people, and trailers for clients. */
export class GrpcError extends Error {
  override readonly name = 'GrpcError'
  readonly code: StatusCode
  readonly trailers: Readonly<Record<string, string>>

  constructor(
    code: StatusCode,
    message: string,
    trailers: Readonly<Record<string, string>> = {},
    options?: ErrorOptions,
  ) {
    super(message, options)
    this.code = code
    this.trailers = trailers
  }
}

/** Headers have their limits, 64 KiB for all of them together with most clients: a longer text goes no further. */
const LONGEST_TEXT = 2000

/** No more of a text than a header should carry, and no half characters. */
const cut = (text: string): string =>
  text.length <= LONGEST_TEXT
    ? text
    : `${text.slice(0, LONGEST_TEXT).replace(/[\ud800-\udbff]$/, '')}…`

const percent = (byte: number): string => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
const isPlain = (byte: number): boolean => byte >= 0x20 && byte <= 0x7e && byte !== 0x25

/** `grpc-message` as the protocol wants it: UTF-8, all but printable ASCII percent-encoded. */
export const encodeMessage = (text: string): string =>
  Array.from(Buffer.from(cut(text)), byte =>
    isPlain(byte) ? String.fromCharCode(byte) : percent(byte),
  ).join('')

/** A trailer's value: as it is where a header can carry it, else percent-encoded as a whole. */
export function encodeTrailer(whole: string): string {
  const text = cut(whole)
  return /^[\x20-\x7e]*$/.test(text) && text.trim() === text ? text : encodeURIComponent(text)
}

/** The trailers that end a call. */
export function trailersOf(
  code: StatusCode,
  message = '',
  more: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const trailers: Record<string, string> = { 'grpc-status': String(code) }
  if (message !== '') trailers['grpc-message'] = encodeMessage(message)
  for (const [key, value] of Object.entries(more)) trailers[key] = encodeTrailer(value)
  return trailers
}

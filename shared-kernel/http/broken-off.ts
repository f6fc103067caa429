// Tells a client that went away, or sent what is no HTTP, from a fault of ours.

const goneCodes = new Set([
  ...['ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT'],
  ...['ERR_STREAM_PREMATURE_CLOSE', 'ERR_STREAM_DESTROYED'],
])

/** Whether the connection failed by the client's doing. Anybody can bring that about, so it is no error of ours. */
export function isBrokenOff(error: Error): error is NodeJS.ErrnoException {
  const { code } = error as NodeJS.ErrnoException
  return code !== undefined && (goneCodes.has(code) || code.startsWith('HPE_'))
}

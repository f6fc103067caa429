// What the embedded event store has found out about its own log: whether it is as it was written.
import { readFile } from 'node:fs/promises'
import { type IncomingMessage, request as overHttp } from 'node:http'
import { request as overTls } from 'node:https'
import { json } from 'node:stream/consumers'
import { z } from 'zod'

const answered = z.object({
  status: z.string(),
  faults: z.array(z.object({ file: z.string(), position: z.number() })).default([]),
})

/**
 * Where the log is damaged, in words; undefined where the store knows of nothing, or has no such page, as other event
 * stores than the embedded one.
 * @throws when the store does not answer before the signal aborts
 */
export async function damageKnownTo(
  connectionString: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  // Of a cluster, whose nodes stand in one such address, none is the embedded store.
  const url = URL.canParse(connectionString) ? new URL(connectionString) : undefined
  if (url === undefined) return undefined
  const given = new Map([...url.searchParams].map(([name, value]) => [name.toLowerCase(), value]))
  const authority = given.get('tlscafile')
  const ca = authority === undefined ? undefined : await readFile(authority, { signal })
  const request = given.get('tls') === 'false' ? overHttp : overTls
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    request(
      {
        host: url.hostname,
        port: url.port || 2113,
        path: '/health/log',
        ...(url.username && {
          auth: `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`,
        }),
        ...(ca && { ca }),
        agent: false,
        signal,
      },
      resolve,
    )
      .once('error', reject)
      .end()
  })
  if (answer.statusCode !== 503) {
    answer.resume()
    return undefined
  }
  const { success, data } = answered.safeParse(await json(answer))
  if (!success || data.status !== 'damaged') return undefined
  return data.faults.map(({ file, position }) => `${file} at ${position}`).join(', ')
}

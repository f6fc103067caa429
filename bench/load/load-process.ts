// Sends requests as quickly as they are answered, in a process of its own, for one job at a time.
import autocannon, { type Request } from 'autocannon'
import type { LoadJob, LoadResult } from './job.ts'
import { postText } from './posts.ts'

function requestsOf({ request }: LoadJob): Request[] {
  let sent = 0
  if (request.kind === 'get') {
    const { paths } = request
    const next = () => paths[sent++ % paths.length] ?? '/'
    return [{ method: 'GET', setupRequest: template => ({ ...template, path: next() }) }]
  }
  return [
    {
      method: 'POST',
      path: request.path,
      setupRequest: template => {
        sent += 1
        const key = `bench-${request.run}-${sent}`
        const text = postText(sent, request.seed)
        return {
          ...template,
          headers: {
            'content-type': 'application/json',
            cookie: request.cookie,
            'idempotency-key': key,
          },
          // A title of its own each: a taken slug would be another command than the one measured.
          body: JSON.stringify({ ...text, title: `${text.title} ${request.run}` }),
        }
      },
    },
  ]
}

async function run(job: LoadJob): Promise<LoadResult> {
  const result = await autocannon({
    url: job.url,
    connections: job.connections,
    duration: job.seconds,
    timeout: 30,
    requests: requestsOf(job),
  })
  const statuses = Object.fromEntries(
    Object.entries(result.statusCodeStats).map(([status, { count }]) => [status, count]),
  )
  return {
    answered: result['2xx'],
    seconds: result.duration,
    failures: result.errors + result.timeouts + result.non2xx,
    statuses,
  }
}

process.on('message', (job: LoadJob) => {
  void run(job).then(
    result => process.send?.(result),
    error => {
      process.send?.({ error: String(error) })
    },
  )
})
process.once('disconnect', () => process.exit(0))

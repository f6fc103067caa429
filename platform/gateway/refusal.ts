// The gateway's own answers when it can't pass a request on: a problem for programs, a page for people.
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'

export interface Refusal {
  readonly status: number
  readonly code: string
  readonly title: string
  readonly detail: string
  readonly retryAfterSeconds?: number
}

export const UNAVAILABLE: Refusal = {
  status: 503,
  code: 'service-unavailable',
  title: 'This part of the site is not answering',
  detail: 'It is being restarted. Nothing that was saved is lost. Try again in a moment.',
  retryAfterSeconds: 2,
}

export const OVERLOADED: Refusal = {
  status: 503,
  code: 'overloaded',
  title: 'Too many requests at once',
  detail: 'The site is answering as many requests as it can. Try again in a moment.',
  retryAfterSeconds: 2,
}

export const TOO_SLOW: Refusal = {
  status: 504,
  code: 'service-timeout',
  title: 'The answer took too long',
  detail: 'It is not known whether the request took effect. The same request may be sent again.',
  retryAfterSeconds: 5,
}

export const BAD_TARGET: Refusal = {
  status: 400,
  code: 'bad-request-target',
  title: 'This address can not be read',
  detail: 'The target of the request is neither a path nor a URL.',
}

export function problemBody({ status, code, title, detail }: Refusal): string {
  return JSON.stringify({ type: `/problems/${code}`, title, status, detail, code })
}

/** Answers with the refusal, unless an answer has begun: then the connection ends, for lack of words. */
export function refuse(request: IncomingMessage, response: ServerResponse, refusal: Refusal): void {
  if (response.headersSent) {
    response.destroy()
    return
  }
  const wantsPage = /\btext\/html\b/.test(request.headers.accept ?? '')
  const body = wantsPage ? page(refusal) : problemBody(refusal)
  const headers: OutgoingHttpHeaders = {
    'content-type': wantsPage ? 'text/html; charset=utf-8' : 'application/problem+json',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'x-content-type-options': 'nosniff',
    ...(refusal.retryAfterSeconds === undefined
      ? {}
      : { 'retry-after': String(refusal.retryAfterSeconds) }),
  }
  response.writeHead(refusal.status, headers)
  response.end(request.method === 'HEAD' ? undefined : body)
}

function page({ title, detail, status }: Refusal): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="dark light">
<title>${title} · Cryptotalks</title>
</head>
<body>
<main>
<h1>${title}</h1>
<p>${detail}</p>
<p><a href="/">To the front page</a> (${status})</p>
</main>
</body>
</html>
`
}

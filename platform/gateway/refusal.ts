// The gateway's own answers when it does not pass a request on: a problem for programs, a page for people.
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'

export interface Refusal {
  readonly status: number
  readonly code: string
  readonly title: string
  readonly detail: string
  readonly retryAfterSeconds?: number
  /** The methods that the address takes. */
  readonly allow?: string
  /** Set where what follows on the connection can't be trusted, or is not worth waiting for. */
  readonly close?: true
}

export const UNAVAILABLE: Refusal = {
  status: 503,
  code: 'service-unavailable',
  title: 'This part of the site is not answering',
  detail: 'It is being restarted. Nothing that was saved is lost. Try again in a moment.',
  retryAfterSeconds: 2,
}

const UNKNOWN_EFFECT =
  'It is not known whether the request took effect. The same request may be sent again.'

/** The connection to the service broke when the request was already on its way. */
export const BROKEN_WRITE: Refusal = { ...UNAVAILABLE, detail: UNKNOWN_EFFECT }

export const OVERLOADED: Refusal = {
  status: 503,
  code: 'overloaded',
  title: 'Too many requests at once',
  detail: 'The site is answering as many requests as it can. Try again in a moment.',
  retryAfterSeconds: 2,
}

export const TOO_MANY_FROM_ADDRESS: Refusal = {
  status: 429,
  code: 'too-many-from-address',
  title: 'Too many requests at once from your address',
  detail: 'Others are not affected. Wait until some of your requests are answered, then try again.',
  retryAfterSeconds: 2,
}

export const SLOW_READ: Refusal = {
  status: 504,
  code: 'service-timeout',
  title: 'The answer took too long',
  detail: 'This part of the site is very slow at the moment. Try again in a while.',
  retryAfterSeconds: 5,
}

export const SLOW_WRITE: Refusal = { ...SLOW_READ, detail: UNKNOWN_EFFECT }

export const SLOW_BODY: Refusal = {
  status: 408,
  code: 'request-timeout',
  title: 'The request came too slowly',
  detail: 'Its body was given up before it was whole. Send it again, on a better connection.',
  close: true,
}

export const BAD_TARGET: Refusal = {
  status: 400,
  code: 'bad-request-target',
  title: 'This address can not be read',
  detail: 'The target of the request is not a well-formed path or URL.',
}

export const NOT_FOUND: Refusal = {
  status: 404,
  code: 'not-found',
  title: 'There is nothing here',
  detail: 'No page and no part of the API has this address.',
}

export const UNKNOWN_HOST: Refusal = {
  status: 421,
  code: 'unknown-host',
  title: 'This site does not answer to that name',
  detail: 'Use the address that the site is known by. Whoever runs it sets that as PUBLIC_URL.',
}

export const UNREADABLE: Refusal = {
  status: 400,
  code: 'malformed-request',
  title: 'Bad Request',
  detail: 'This is not a request that HTTP knows.',
  close: true,
}

export const AMBIGUOUS: Refusal = {
  ...UNREADABLE,
  title: 'The request can be read in two ways',
  detail: 'A field that comes just once is missing or doubled, or the length is given in two ways.',
}

export const UNEXPECTED_BODY: Refusal = {
  ...UNREADABLE,
  code: 'unexpected-body',
  title: 'A body where none belongs',
  detail: 'Only POST, PUT and PATCH take a body here.',
}

export const UNKNOWN_EXPECTATION: Refusal = {
  status: 417,
  code: 'unknown-expectation',
  title: 'This expectation can not be met',
  detail: 'Of Expect, only 100-continue is known here.',
  close: true,
}

export const HEADERS_TOO_LARGE: Refusal = {
  ...UNREADABLE,
  status: 431,
  code: 'headers-too-large',
  title: 'Request Header Fields Too Large',
  detail: 'The request has more fields, or longer ones, than are read here.',
}

export const REQUEST_TIMEOUT: Refusal = {
  ...UNREADABLE,
  status: 408,
  code: 'request-timeout',
  title: 'Request Timeout',
  detail: 'The request was not whole in time. Send it again.',
}

export const methodNotAllowed = (allowed: readonly string[]): Refusal => ({
  status: 405,
  code: 'method-not-allowed',
  title: 'This can not be done here',
  detail: `This address takes ${allowed.join(', ')}.`,
  allow: allowed.join(', '),
})

/** Whether a person is to read the answer. */
export const wantsPage = ({ headers }: IncomingMessage): boolean =>
  /\btext\/html\b/.test(headers.accept ?? '')

/** Answers with the refusal, unless an answer has begun: then the connection ends, for lack of words. */
export function refuse(request: IncomingMessage, response: ServerResponse, refusal: Refusal): void {
  if (response.headersSent) {
    response.destroy()
    return
  }
  const isPage = wantsPage(request)
  const body = isPage ? page(refusal) : problemBody(refusal)
  response.writeHead(refusal.status, fieldsOf(refusal, isPage, body))
  response.end(request.method === 'HEAD' ? undefined : body)
}

function fieldsOf(refusal: Refusal, isPage: boolean, body: string): OutgoingHttpHeaders {
  const { retryAfterSeconds, allow, close } = refusal
  return {
    'content-type': isPage ? 'text/html; charset=utf-8' : 'application/problem+json',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'x-content-type-options': 'nosniff',
    ...(retryAfterSeconds !== undefined && { 'retry-after': String(retryAfterSeconds) }),
    ...(allow !== undefined && { allow }),
    ...(close && { connection: 'close' }),
  }
}

/** The refusal as bytes, for a connection on which Node has no request to answer. */
export function rawAnswer(refusal: Refusal): string {
  const body = problemBody(refusal)
  const fields = fieldsOf({ ...refusal, close: true }, false, body)
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`)
  return `HTTP/1.1 ${refusal.status} ${refusal.title}\r\n${lines.join('')}\r\n${body}`
}

function problemBody({ status, code, title, detail }: Refusal): string {
  return JSON.stringify({ type: `/problems/${code}`, title, status, detail, code })
}

function page({ title, detail, status }: Refusal): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="dark light">
<meta name="robots" content="noindex">
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

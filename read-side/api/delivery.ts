// How answers travel: with a tag by which a reader who has them already is spared them, and compressed.
import { constants } from 'node:zlib'
import etag from '@koa/etag'
import type { Middleware } from 'koa'
import compress from 'koa-compress'
import conditional from 'koa-conditional-get'

// Higher than 4 costs more time than the bytes it saves are worth for an answer that is used once.
const brotliQuality = 4
// Below this a compressed answer needs as many packets as a plain one.
const smallestBytes = 1_024

/** Compresses what is not compressed yet, for who understands it. */
export const compressed = (): Middleware =>
  compress({
    encodingPreference: ['br', 'gzip'],
    br: { params: { [constants.BROTLI_PARAM_QUALITY]: brotliQuality } },
    threshold: smallestBytes,
  })

/** Answers 304 to who has the answer, by its tag. */
export const sparing = (): Middleware => conditional()

/** Tags answers by their content, and weakly: the compressed body is another one. */
export const tagged = (): Middleware => etag({ weak: true })

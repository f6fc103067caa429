// How answers travel: with a tag by which a reader who has them already is spared them, and compressed.
import { constants } from 'node:zlib'
import { edgeProblem } from '@cryptotalks/shared-kernel/http/edge-problems'
import etag from '@koa/etag'
import type { Middleware } from 'koa'
import compress from 'koa-compress'
import conditional from 'koa-conditional-get'

// Higher than 4 costs more time than the bytes it saves are worth for an answer that is used once.
const brotliQuality = 4
// Below this a compressed answer needs as many packets as a plain one.
const smallestBytes = 1_024

/** Compresses what is not compressed yet, for who understands it. Throws `not-acceptable` for who takes nothing we have. */
export function compressed(): Middleware {
  const compressing = compress({
    encodingPreference: ['br', 'gzip'],
    // Offered by default; what we say that we have is what we give.
    zstd: false,
    deflate: false,
    br: { params: { [constants.BROTLI_PARAM_QUALITY]: brotliQuality } },
    threshold: smallestBytes,
  })
  return async function compressed(ctx, next) {
    if (ctx.get('Accept-Encoding') === '') delete ctx.req.headers['accept-encoding']
    else if (ctx.acceptsEncodings('br', 'gzip', 'identity') === false)
      throw edgeProblem('not-acceptable', { detail: 'We have br, gzip and identity.' })
    // Who refuses plain answers gets small ones compressed as well.
    else if (ctx.acceptsEncodings('identity') === false) ctx.compress = { threshold: 0 }
    return compressing(ctx, next)
  }
}

/** Answers 304 to who has the answer, by its tag. */
export const sparing = (): Middleware => conditional()

/** Tags answers by their content, and weakly: the compressed body is another one. */
export const tagged = (): Middleware => etag({ weak: true })

// The site's files for browsers, held in memory as they were at the start: a build that replaces them can't break us.
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'
import { stateOf } from '@cryptotalks/shared-kernel/http/request-state'
import type { Context, Middleware } from 'koa'

interface Encoded {
  readonly body: Buffer
  readonly etag: string
}

interface StaticFile {
  readonly type: string
  readonly cacheControl: string
  readonly plain: Encoded
  readonly br?: Encoded
  readonly gzip?: Encoded
}

export type StaticFiles = ReadonlyMap<string, StaticFile>

const encodings = { br: '.br', gzip: '.gz' } as const

// What the bundler names by content never changes under its name; the rest (favicon, robots.txt) may.
const immutable = 'public, max-age=31536000, immutable'
const mutable = 'public, max-age=3600'
const hashed = /^\/assets\//

// The site weighs far less than one; more means that the folder is not the site's.
const mostBytes = 64 * 1024 * 1024

/** Reads all files of a folder but hidden ones, with the compressed versions beside them. Rejects if there is none. */
export async function readStaticFiles(folder: string): Promise<StaticFiles> {
  const bodies = new Map<string, Buffer>()
  let bytes = 0
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name)
    const path = `/${relative(folder, file).split(sep).join('/')}`
    if (!entry.isFile() || path.includes('/.')) continue
    const body = await readFile(file)
    bytes += body.length
    if (bytes > mostBytes) throw new Error(`${folder} holds more than ${mostBytes} bytes`)
    bodies.set(path, body)
  }
  const files = new Map<string, StaticFile>()
  for (const [path, body] of bodies) {
    if (isCompressedVersion(path, bodies)) continue
    files.set(path, {
      type: extname(path),
      cacheControl: hashed.test(path) ? immutable : mutable,
      plain: encoded(body),
      ...versionOf(path, 'br', bodies),
      ...versionOf(path, 'gzip', bodies),
    })
  }
  return files
}

const isCompressedVersion = (path: string, bodies: ReadonlyMap<string, Buffer>): boolean =>
  Object.values(encodings).some(
    ending => path.endsWith(ending) && bodies.has(path.slice(0, -ending.length)),
  )

function versionOf(
  path: string,
  encoding: keyof typeof encodings,
  bodies: ReadonlyMap<string, Buffer>,
) {
  const body = bodies.get(path + encodings[encoding])
  return body && { [encoding]: encoded(body) }
}

const encoded = (body: Buffer): Encoded => ({
  body,
  etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`,
})

/** Answers GET and HEAD of these files; everything else goes on. */
export function staticFiles(files: StaticFiles): Middleware {
  return function staticFiles(ctx, next) {
    const file = files.get(ctx.path)
    if (file === undefined || (ctx.method !== 'GET' && ctx.method !== 'HEAD')) return next()
    stateOf(ctx).route = '(file)'
    answerFile(ctx, file)
  }
}

function answerFile(ctx: Context, file: StaticFile): void {
  const compressible = file.br !== undefined || file.gzip !== undefined
  if (compressible) ctx.vary('Accept-Encoding')
  const { encoding, body, etag } = chosen(ctx, file)
  ctx.status = 200
  ctx.set('Cache-Control', file.cacheControl)
  ctx.set('ETag', etag)
  if (ctx.fresh) {
    ctx.status = 304
    return
  }
  ctx.type = file.type
  if (encoding !== 'identity') ctx.set('Content-Encoding', encoding)
  // It is compressed already, or not worth it.
  ctx.compress = false
  ctx.body = body
}

function chosen(ctx: Context, { plain, br, gzip }: StaticFile) {
  const offered = [...(br ? ['br'] : []), ...(gzip ? ['gzip'] : []), 'identity']
  const encoding = ctx.acceptsEncodings(...offered)
  if (encoding === 'br' && br) return { encoding, ...br }
  if (encoding === 'gzip' && gzip) return { encoding, ...gzip }
  return { encoding: 'identity' as const, ...plain }
}

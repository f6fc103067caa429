// Which methods each address of the API takes, by the document that both sides' routes are printed into.
import { readFile } from 'node:fs/promises'

/** The methods of the address at this path, as `Allow` lists them; undefined when there is no such address. */
export type ApiMethods = (pathname: string) => readonly string[] | undefined

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']

/** Paths are compared as the routers behind compare them: letter by letter, a parameter being one segment. */
export function apiMethodsOf(paths: Readonly<Record<string, object>>): ApiMethods {
  const addresses = Object.entries(paths).map(([template, operations]) => {
    const given = new Set(Object.keys(operations).map(method => method.toUpperCase()))
    if (given.has('GET')) given.add('HEAD')
    const parts = template
      .split(/\{[^}]*\}/)
      .map(part => part.replace(/[.*+?^$(){}|[\]\\]/g, '\\$&'))
    const allowed = METHODS.filter(method => given.has(method))
    return { pattern: new RegExp(`^${parts.join('[^/]+')}$`), allowed }
  })
  return pathname => {
    const matching = addresses.filter(({ pattern }) => pattern.test(pathname))
    if (matching.length === 0) return undefined
    return METHODS.filter(method => matching.some(({ allowed }) => allowed.includes(method)))
  }
}

/** Reads the document. Rejects when it is none. */
export async function readApiMethods(file: string): Promise<ApiMethods> {
  const document = JSON.parse(await readFile(file, 'utf8')) as { paths?: Record<string, object> }
  if (document.paths === undefined) throw new Error(`${file} is no OpenAPI document.`)
  return apiMethodsOf(document.paths)
}

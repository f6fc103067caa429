// Finds the built files of the first page in the build's manifest.
import type { Assets } from './document.tsx'

interface Chunk {
  readonly file: string
  readonly css?: readonly string[]
  readonly assets?: readonly string[]
  readonly imports?: readonly string[]
}

export type Manifest = Readonly<Record<string, Chunk>>

const entry = 'entry-client.tsx'
const textFont = /hyperlegible-next-latin-400-700.*\.woff2$/

/** The files a page needs at once, as paths of the site. */
export function assetsFrom(manifest: Manifest): Assets {
  const chunk = manifest[entry]
  if (!chunk) throw new Error(`The manifest of the built site lacks ${entry}.`)
  const path = (file: string) => `/${file}`
  const files = Object.values(manifest).flatMap(({ file, assets = [] }) => [file, ...assets])
  const font = files.find(file => textFont.test(file))
  const imported = (chunk.imports ?? []).flatMap(name => manifest[name] ?? [])
  return {
    script: path(chunk.file),
    styles: [...(chunk.css ?? []), ...imported.flatMap(({ css = [] }) => css)].map(path),
    preload: imported.map(({ file }) => path(file)),
    font: font ? path(font) : null,
  }
}

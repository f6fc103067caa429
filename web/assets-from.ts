// Finds in the build's manifest which files a page needs at once.
import type { Assets } from './document.tsx'

interface Chunk {
  readonly file: string
  readonly css?: readonly string[]
  readonly imports?: readonly string[]
}

export type Manifest = Readonly<Record<string, Chunk>>

const entry = 'entry-client.tsx'
const textFont = 'styles/fonts/hyperlegible-next-latin-400-700.woff2'

/** A chunk and all it imports, each once. */
function withImports(manifest: Manifest, names: readonly string[]): readonly Chunk[] {
  const seen = new Set<string>()
  const visit = (name: string): readonly Chunk[] => {
    const chunk = manifest[name]
    if (!chunk || seen.has(name)) return []
    seen.add(name)
    return [chunk, ...(chunk.imports ?? []).flatMap(visit)]
  }
  return names.flatMap(visit)
}

/** The files of a page, as paths of the site. `file` is the page's source. */
export function assetsFrom(manifest: Manifest): (file: string) => Assets {
  const chunk = manifest[entry]
  if (!chunk) throw new Error(`The manifest of the built site lacks ${entry}.`)
  const path = (file: string) => `/${file}`
  const font = manifest[textFont]
  return file => {
    const chunks = withImports(manifest, [entry, file])
    return {
      script: path(chunk.file),
      styles: chunks.flatMap(({ css = [] }) => css).map(path),
      preload: chunks.filter(other => other !== chunk).map(other => path(other.file)),
      font: font ? path(font.file) : null,
    }
  }
}

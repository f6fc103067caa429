// The site's server bundle: `render` draws any page.
import { readFileSync } from 'node:fs'
import type { RenderPage } from '@cryptotalks/shared-kernel/http/page-renderer'
import { assetsFrom, type Manifest } from './assets-from.ts'
import { createRender } from './render.tsx'

function builtManifest(): Manifest {
  const place = new URL('../client/.vite/manifest.json', import.meta.url)
  try {
    return JSON.parse(readFileSync(place, 'utf8')) as Manifest
  } catch (cause) {
    throw new Error(`The site's files for the browser are not built: ${place.pathname}`, { cause })
  }
}

export const render: RenderPage = createRender(assetsFrom(builtManifest()))

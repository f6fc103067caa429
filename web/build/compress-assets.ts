// Writes a .br and a .gz beside every compressible file of a build, so that no request has to compress.
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { Plugin } from 'vite'

const compressible = /\.(js|css|svg|json|txt|webmanifest)$/
const brotli = promisify(brotliCompress)
const gz = promisify(gzip)

async function compressFile(path: string): Promise<void> {
  const content = await readFile(path)
  const [br, zipped] = await Promise.all([
    brotli(content, { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } }),
    gz(content, { level: constants.Z_BEST_COMPRESSION }),
  ])
  await Promise.all([writeFile(`${path}.br`, br), writeFile(`${path}.gz`, zipped)])
}

/** A Vite plugin that compresses what a build has written, the hidden manifest left out. */
export function compressAssets(): Plugin {
  let folder = ''
  return {
    name: 'cryptotalks-compress-assets',
    apply: 'build',
    configResolved(config) {
      folder = resolve(config.root, config.build.outDir)
    },
    async closeBundle() {
      const entries = await readdir(folder, { recursive: true, withFileTypes: true })
      const files = entries
        .filter(entry => entry.isFile() && compressible.test(entry.name))
        .map(entry => join(entry.parentPath, entry.name))
        .filter(path => !path.includes('.vite'))
      await Promise.all(files.map(compressFile))
    },
  }
}

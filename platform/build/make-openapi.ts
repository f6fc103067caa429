// Puts the OpenAPI document together from the parts that both sides print of their own routes (docs/decisions/008).
import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { mergeOpenApi, type OpenApiDocument } from '@cryptotalks/shared-kernel/http/openapi'

/** From the compiled file, `platform/dist/build/`, up to where the rooms lie side by side. */
const fromRoot = (path: string): string =>
  fileURLToPath(new URL(`../../../${path}`, import.meta.url))

async function partOf(room: string): Promise<OpenApiDocument> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [fromRoot(`${room}/dist/openapi.js`)],
    {
      maxBuffer: 16 * 1024 * 1024,
    },
  )
  return JSON.parse(stdout) as OpenApiDocument
}

const document = mergeOpenApi(await Promise.all(['read-side', 'write-side'].map(partOf)))
await writeFile(fromRoot('platform/dist/openapi.json'), `${JSON.stringify(document, null, 2)}\n`)

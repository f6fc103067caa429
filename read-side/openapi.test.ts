import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startTestPostgres, type TestPostgres } from '@cryptotalks/platform/testing/test-postgres'
import { createOpenApi } from '@cryptotalks/shared-kernel/http/openapi'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { allReads } from './api/all-reads.ts'
import { createReadModels, type ReadModels } from './testing/read-models.ts'
import { addCoins, addPosts, addUser } from './testing/rows.ts'
import { startTestApi, type TestApi } from './testing/test-api.ts'

let server: TestPostgres
let models: ReadModels
let api: TestApi
let folder: string

beforeAll(async () => {
  server = await startTestPostgres()
  const connectionString = await server.createDatabase('documented')
  models = await createReadModels(connectionString)
  folder = mkdtempSync(join(tmpdir(), 'read-side-openapi-'))
  const openApiFile = join(folder, 'openapi.json')
  writeFileSync(openApiFile, JSON.stringify(documentOf()))
  api = startTestApi(connectionString, { openApiFile })
  await addUser(models.db, 'ada', 2)
  await addPosts(models.db, [{ position: 1 }, { position: 2, authorId: 'user-forgotten' }])
  await addCoins(models.db, [{ id: 'bitcoin', symbol: 'BTC', rank: 1 }])
})

afterAll(async () => {
  await api?.close()
  await models?.close()
  await server?.stop()
  if (folder) rmSync(folder, { recursive: true, force: true })
})

function documentOf() {
  // No route asks anything while it is being documented.
  const reads = allReads(undefined as never)
  return createOpenApi(
    reads.map(({ route }) => route),
    { title: 'Cryptotalks', version: '1' },
  )
}

const escaped = (path: string) => path.replaceAll('~', '~0').replaceAll('/', '~1')

/** Why an answer is not what the document says; null when it is. */
async function broken(path: string, documented: string): Promise<unknown> {
  const { status, headers, body } = await api.get(path)
  const type = String(headers['content-type']).split(';')[0] ?? ''
  const place = `#/paths/${escaped(documented)}/get/responses/${status}/content/${escaped(type)}/schema`
  const ajv = new Ajv2020({ strict: false, validateFormats: false })
  ajv.addSchema(documentOf(), 'document')
  const validate = ajv.compile({ $ref: `document${place}` })
  return validate(body) ? null : validate.errors
}

describe('the OpenAPI document', () => {
  it.each([
    ['/api/posts?limit=1', '/api/posts'],
    ['/api/posts/post-2', '/api/posts/{slug}'],
    ['/api/users/ada', '/api/users/{username}'],
    ['/api/coins', '/api/coins'],
    ['/api/coins/btc', '/api/coins/{id}'],
    ['/api/coins/btc/history', '/api/coins/{id}/history'],
    ['/api/openapi.json', '/api/openapi.json'],
    ['/api/posts?limit=0', '/api/posts'],
    ['/api/posts/none', '/api/posts/{slug}'],
    ['/api/users/none', '/api/users/{username}'],
    ['/api/me', '/api/me'],
    ['/api/coins/none/history', '/api/coins/{id}/history'],
  ])('describes what %s answers', async (path, documented) => {
    expect(await broken(path, documented)).toBeNull()
  })

  it('finds an answer that is not as described', async () => {
    expect(await broken('/api/posts/post-1', '/api/coins/{id}')).not.toBeNull()
  })

  it('names every route, with what each can refuse', () => {
    const { paths = {} } = documentOf()
    expect(Object.keys(paths).sort()).toEqual([
      '/api/coins',
      '/api/coins/{id}',
      '/api/coins/{id}/history',
      '/api/me',
      '/api/openapi.json',
      '/api/posts',
      '/api/posts/{slug}',
      '/api/users/{username}',
    ])
    const refusals = JSON.stringify(paths['/api/posts/{slug}']?.get?.responses)
    for (const code of ['post-not-found', 'read-model-behind', 'unavailable', 'invalid-position'])
      expect(refusals).toContain(code)
  })

  it('says how much a list shows', () => {
    const parameters = documentOf().paths?.['/api/posts']?.get?.parameters ?? []
    expect(parameters).toContainEqual(
      expect.objectContaining({
        name: 'limit',
        schema: expect.objectContaining({ minimum: 1, maximum: 100, default: 30 }),
      }),
    )
  })
})

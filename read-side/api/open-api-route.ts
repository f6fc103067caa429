// The documentation of both APIs as one document, which the build has made of both sides' parts.
import { readFile } from 'node:fs/promises'
import { problemFrom } from '@cryptotalks/shared-kernel/http/edge-problems'
import { defineRoute } from '@cryptotalks/shared-kernel/http/route'
import { z } from 'zod'
import { publicAnswer, type Read } from './read.ts'

const noDocument = {
  'no-openapi-document': { status: 404, title: 'The OpenAPI document has not been built' },
} as const

/** `GET /api/openapi.json`, from the file that the build wrote; read each time, so that a new build shows at once. */
export function openApiRead(file: string | undefined): Read {
  const route = defineRoute({
    method: 'get',
    path: '/api/openapi.json',
    summary: 'This document',
    tags: ['documentation'],
    answers: { 200: z.looseObject({ openapi: z.string() }) },
    problems: noDocument,
    async handle() {
      const document = file === undefined ? undefined : await textOf(file)
      if (document !== undefined) return publicAnswer(JSON.parse(document) as { openapi: string })
      return {
        problem: problemFrom('no-openapi-document', noDocument['no-openapi-document'], {
          detail: 'Run the build, and start with OPENAPI_FILE set to the document it writes.',
        }),
      }
    },
  })
  return { route, reads: [] }
}

async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

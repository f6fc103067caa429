// The published OpenAPI document as the judge of what the running server answers.
import { Ajv2020 } from 'ajv/dist/2020.js'
import { type Answer, expectStatus, visit } from './person.ts'

interface Operation {
  readonly parameters?: readonly { readonly name: string; readonly in: string }[]
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, object>> }>
  >
}

export interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}

export interface ApiJudge {
  /** Every operation as method and path template: `POST /api/posts`. */
  readonly operations: readonly string[]
  /** What is wrong with an answer to this operation; undefined when nothing is, or when the document is silent. */
  fault(operation: string, answer: Answer): string | undefined
  /** Whether the document says anything of this status. */
  describes(operation: string, status: number): boolean
}

const methods = ['get', 'post', 'put', 'patch', 'delete']

/** A reference to one place of the document, as JSON Schema writes it. */
const pointer = (parts: readonly string[]): string =>
  parts.map(part => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')

/** The document as the running server publishes it. */
export const fetchApiDocument = async (url: string): Promise<ApiDocument> =>
  expectStatus(200, await visit(url).get('/api/openapi.json')).body as ApiDocument

/** Makes a judge of the published document. */
export async function judgeOf(url: string): Promise<ApiJudge> {
  const document = await fetchApiDocument(url)
  // Formats are hints for people; the rest of a schema is checked to the letter.
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true })
  ajv.addSchema(document, 'api')
  const operationAt = (operation: string) => {
    const [method = '', path = ''] = operation.split(' ')
    return document.paths[path]?.[method.toLowerCase()]
  }
  return {
    operations: Object.entries(document.paths).flatMap(([path, item]) =>
      methods.filter(method => item[method]).map(method => `${method.toUpperCase()} ${path}`),
    ),
    describes: (operation, status) => operationAt(operation)?.responses[status] !== undefined,
    fault: (operation, answer) => {
      const [method = '', path = ''] = operation.split(' ')
      const content = operationAt(operation)?.responses[answer.status]?.content
      const type = (answer.headers.get('content-type') ?? '').split(';')[0] ?? ''
      if (content === undefined) return undefined
      if (!content[type]) return `${answer.status} comes as ${type}`
      const parts = ['paths', path, method.toLowerCase(), 'responses', String(answer.status)]
      const validate = ajv.compile({
        $ref: `api#/${pointer([...parts, 'content', type, 'schema'])}`,
      })
      return validate(answer.body) ? undefined : ajv.errorsText(validate.errors)
    },
  }
}

// A small OpenAPI document for the developers' page.

export const fixtureOpenApi = {
  openapi: '3.1.0',
  info: { title: 'Cryptotalks', version: '0.1.0' },
  paths: {
    '/api/posts': {
      get: {
        tags: ['Posts'],
        summary: 'The list of posts.',
        parameters: [
          { name: 'sort', in: 'query', schema: { type: 'string', enum: ['new', 'old', 'title'] } },
          { $ref: '#/components/parameters/limit' },
        ],
        responses: { 200: { description: 'The posts.' }, 400: { description: 'invalid-query' } },
      },
      post: {
        tags: ['Posts'],
        summary: 'Publishes a post.',
        requestBody: {
          content: { 'application/json': { schema: { $ref: '#/components/schemas/NewPost' } } },
        },
        responses: { 201: { description: 'Published.' }, 401: { description: 'not-signed-in' } },
      },
    },
    '/api/coins': {
      get: {
        tags: ['Market'],
        summary: 'The coins.',
        responses: { 200: { description: 'The coins.' } },
      },
    },
  },
  components: {
    parameters: {
      limit: { name: 'limit', in: 'query', schema: { type: 'integer', minimum: 1, maximum: 100 } },
    },
    schemas: {
      NewPost: {
        type: 'object',
        required: ['title', 'body'],
        properties: {
          title: { type: 'string', minLength: 3, maxLength: 140, description: 'What it is about.' },
          body: { type: 'string', maxLength: 40_000 },
          tags: { type: 'array', items: { type: 'string' } },
        },
      },
    },
  },
} as const

// The colours that a visitor chose: a cookie, no event, and so also for those without scripts.
import { themeCookie } from '@cryptotalks/shared-kernel/http/cookies'
import { localPath } from '@cryptotalks/shared-kernel/http/local-path'
import { defineRoute, type Route } from '@cryptotalks/shared-kernel/http/route'
import { z } from 'zod'

export const themeRoute: Route = defineRoute({
  method: 'post',
  path: '/theme',
  summary: 'Choose the colours of the site',
  tags: ['site'],
  body: z.strictObject({
    theme: z.enum(['dark', 'light', 'system']),
    back: z.string().max(2_000).optional(),
  }),
  answers: { 200: z.strictObject({}).meta({ description: 'Chosen, by a cookie' }) },
  form: { page: '/', done: (_, { back }) => localPath(back ?? '/') },
  handle: ({ body }) => ({ status: 200, body: {}, cookies: [themeCookie(body.theme)] }),
})

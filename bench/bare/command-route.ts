// The plainest Koa program that answers POST /api/posts with the appends of a published post, READS=true with the reads
// that a command makes which looks before it writes.

import { EventStoreDBClient } from '@eventstore/db-client'
import { bodyParser } from '@koa/bodyparser'
import Router from '@koa/router'
import Koa from 'koa'
import { announce, environment } from './bare-process.ts'
import { appendPost } from './two-appends.ts'

const client = EventStoreDBClient.connectionString`${environment('EVENTSTORE_URL')}`
const reads = environment('READS') === 'true'
const router = new Router()
router.post('/api/posts', async ctx => {
  const post = ctx.request.body as { title: string; body: string }
  const position = await appendPost(client, post, { reads })
  ctx.status = 201
  ctx.body = { position: String(position) }
})
const app = new Koa()
app.use(bodyParser())
app.use(router.routes())
announce(app.callback())

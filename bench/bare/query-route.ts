// The plainest Koa program that answers GET /api/posts: one prepared query on one pipelined connection, its rows as JSON.
import Router from '@koa/router'
import Koa from 'koa'
import pg from 'pg'
import { announce, environment } from './bare-process.ts'

const latestPosts = {
  name: 'latest-posts',
  text: `select posts.id, posts.slug, posts.title, posts.summary, posts.tags, posts.coins, posts.words,
      posts.published_at, posts.revision, posts.position, posts.author_id, authors.username
    from posts.posts left join posts.authors on authors.id = posts.author_id
    order by posts.position desc limit $1`,
}

// The quickest way that pg offers to one statement asked over and over.
const client = new pg.Client({
  connectionString: environment('DATABASE_URL'),
  pipeline: true,
} as pg.ClientConfig)
await client.connect()

const router = new Router()
router.get('/api/posts', async ctx => {
  const limit = Number(ctx.query.limit ?? 30)
  const { rows } = await client.query({ ...latestPosts, values: [limit + 1] })
  const items = rows.slice(0, limit)
  ctx.body = { items, nextCursor: rows.length > limit ? String(items.at(-1)?.position) : null }
})
const app = new Koa()
app.use(router.routes())
announce(app.callback())

// The plainest Koa program that answers GET /api/posts: prepared queries on one pipelined connection, its rows as JSON.
import Router from '@koa/router'
import Koa from 'koa'
import pg from 'pg'
import { announce, environment } from './bare-process.ts'

const columns = `posts.id, posts.slug, posts.title, posts.summary, posts.tags, posts.coins, posts.words,
  posts.published_at, posts.revision, posts.position, posts.author_id, authors.username`
const source = 'posts.posts left join posts.authors on authors.id = posts.author_id'
const newest = 'order by posts.position desc limit $1'

const firstPage = { name: 'first-page', text: `select ${columns} from ${source} ${newest}` }
const laterPage = {
  name: 'later-page',
  text: `select ${columns} from ${source} where posts.position < $2 ${newest}`,
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
  const { cursor } = ctx.query
  const { rows } = await client.query(
    cursor === undefined
      ? { ...firstPage, values: [limit + 1] }
      : { ...laterPage, values: [limit + 1, cursor] },
  )
  const items = rows.slice(0, limit)
  ctx.body = { items, nextCursor: rows.length > limit ? String(items.at(-1)?.position) : null }
})
const app = new Koa()
app.use(router.routes())
announce(app.callback())

// Content without a place to break, as long as people and feeds can make it.
import { fixtureApi, type InventedApi } from './invented-site.ts'

export const long = (letter: string, length: number) => letter.repeat(length)
/** The longest that a person's name can be, in the widest letters. */
export const longName = long('W', 24)
export const longTag = long('w', 20)
const symbol = long('W', 20)
const word = long('W', 140)
const html = `<h2>${word}</h2><p>${word} <a href="/posts/x">https://example.org/${word}</a>
  <a class="cash" href="/market/w">$${symbol}</a> <code>${word}</code></p>
  <ul><li>${word}</li></ul><ol><li>${word}</li></ol><blockquote><p>${word}</p></blockquote>
  <pre tabindex="0"><code>${word}</code></pre>
  <div class="scroll" tabindex="0" role="region" aria-label="Table"><table><thead><tr><th>${word}</th><th>${word}</th></tr></thead>
  <tbody><tr><td>${word}</td><td>${word}</td></tr></tbody></table></div>`

const longPost = {
  title: word,
  summary: word.repeat(2),
  tags: Array.from({ length: 5 }, () => longTag),
  coins: [symbol, 'BTC'],
  author: { id: 'user-long', username: longName },
  html,
  words: 123_456_789,
  // Of another year: its date is the longest that the margin holds.
  publishedAt: '2023-12-30T10:00:00Z',
}
const longCoin = {
  name: long('W', 60),
  symbol,
  price: 4.2e-19,
  high24h: 1e15,
  low24h: 4.2e-19,
  marketCap: 9.99e17,
  volume24h: 9.99e17,
  change24h: 123_456.78,
  change7d: -99.99,
}
const longPoint = { open: 4.2e-19, high: 9.9e-19, low: 4.1e-19, close: 5e-19 }

type Fields = Readonly<Record<string, unknown>>
const each = (value: unknown, change: Fields) =>
  (value as readonly Fields[]).map(item => ({ ...item, ...change }))

function lengthened(path: string, body: Fields): Fields {
  if (path.startsWith('/api/coins')) {
    if ('items' in body) return { ...body, items: each(body.items, longCoin) }
    return 'points' in body
      ? { ...body, points: each(body.points, longPoint) }
      : { ...body, ...longCoin }
  }
  if (path.startsWith('/api/posts')) {
    return 'items' in body
      ? { ...body, items: each(body.items, longPost) }
      : { ...body, ...longPost }
  }
  return path.startsWith('/api/users') ? { ...body, username: longName } : body
}

/** The invented API with all its words as long as they can be. */
export const longApi: InventedApi = async (path, options) => {
  // Whoever was asked for is the person whose name is as long as names can be.
  const known = path.replace(/^\/api\/users\/\w+/, '/api/users/marrow').replace(/author=\w+/, '')
  const answer = await fixtureApi(known, options)
  const body = (await answer.json()) as Fields
  return Response.json(answer.ok ? lengthened(path, body) : body, { status: answer.status })
}

// The query API's JSON shapes as the site reads them, taken from the OpenAPI document's own types.
import type { paths } from './schema.ts'

type Got<Path extends keyof paths> = paths[Path] extends {
  readonly get: {
    readonly responses: {
      readonly 200: { readonly content: { readonly 'application/json': infer Body } }
    }
  }
}
  ? Body
  : never

export type PostList = Got<'/api/posts'>
export type PostItem = PostList['items'][number]
export type Author = PostItem['author']
export type Post = Got<'/api/posts/{slug}'>
export type Profile = Got<'/api/users/{username}'>
export type Visitor = Pick<Got<'/api/me'>, 'id' | 'username'>
export type CoinList = Got<'/api/coins'>
export type Coin = CoinList['items'][number]
export type MarketTotals = NonNullable<CoinList['market']>
export type CoinDetail = Got<'/api/coins/{id}'>
export type History = Got<'/api/coins/{id}/history'>
export type PricePoint = History['points'][number]
export type Range = History['range']

export const ranges = ['1h', '24h', '7d', '30d'] as const satisfies readonly Range[]

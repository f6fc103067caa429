// The five projections that every server has, in the order and with the numbers of the real one.
import { byCategory } from './by-category.ts'
import {
  byCorrelationId,
  DEFAULT_CORRELATION_QUERY,
  parseCorrelationQuery,
} from './by-correlation-id.ts'
import { byEventType } from './by-event-type.ts'
import { type CategoryOf, DEFAULT_CATEGORY_QUERY, parseCategoryQuery } from './category.ts'
import type { Projection } from './emission.ts'
import { streamByCategory } from './stream-by-category.ts'
import { streams } from './streams.ts'

/** A projection that the server brings, and what can be set of it. */
export interface SystemProjection {
  readonly id: number
  readonly name: string
  /** What it is set to at first. */
  readonly query: string
  /** What a query is to look like, for people. */
  readonly queryForm: string
  /** The projection as a query sets it; undefined where the query can't be read. */
  readonly with: (query: string) => Projection | undefined
}

const NO_QUERY = 'it takes none'
const CATEGORY_FORM = '"first" or "last", a line break and one character, or one character alone'
const CORRELATION_FORM = 'a JSON object that names the "correlationIdProperty"'

const unset = (projection: Projection) => (query: string) =>
  query.trim() === '' ? projection : undefined
const byCategories = (projection: (categoryOf: CategoryOf) => Projection) => (query: string) => {
  const categoryOf = parseCategoryQuery(query)
  return categoryOf && projection(categoryOf)
}
const byCorrelation = (query: string) => {
  const property = parseCorrelationQuery(query)
  return property === undefined ? undefined : byCorrelationId(property)
}

export const SYSTEM_PROJECTIONS: readonly SystemProjection[] = [
  { id: 1, name: '$streams', query: '', queryForm: NO_QUERY, with: unset(streams) },
  {
    id: 2,
    name: '$stream_by_category',
    query: DEFAULT_CATEGORY_QUERY,
    queryForm: CATEGORY_FORM,
    with: byCategories(streamByCategory),
  },
  {
    id: 3,
    name: '$by_category',
    query: DEFAULT_CATEGORY_QUERY,
    queryForm: CATEGORY_FORM,
    with: byCategories(byCategory),
  },
  { id: 4, name: '$by_event_type', query: '', queryForm: NO_QUERY, with: unset(byEventType) },
  {
    id: 5,
    name: '$by_correlation_id',
    query: DEFAULT_CORRELATION_QUERY,
    queryForm: CORRELATION_FORM,
    with: byCorrelation,
  },
]

// Which version of a projector is shown: its views, and the switch to a newer version once that is complete.
import type { ClientBase } from 'pg'
import type { Target } from './checkpoint.ts'
import { type Projector, schemaOf } from './projector.ts'
import { lockSchemas } from './schema.ts'
import { placeOf, quoted } from './table-statements.ts'
import { projectedChannel, shownHasChanged } from './tables.ts'
import { inTransaction } from './transaction.ts'

/** What came of the wish to go live; `behind` and `different` may come out otherwise later. */
export type GoLive =
  | { readonly kind: 'live' }
  /** The version that is shown knows more of the log. */
  | { readonly kind: 'behind' }
  | { readonly kind: 'different'; readonly tables: readonly Difference[] }

export interface Difference {
  readonly table: string
  readonly rows: number
  readonly rowsShown: number
}

/**
 * How a version stands to what is shown: it (or a later one) is, another is in its stead, or nothing is. The first of
 * all is shown once it is complete: half a list looks like a whole one.
 */
export type Standing = 'shown' | 'beside' | 'nothing-shown'

export async function standingOf(client: ClientBase, projector: Projector): Promise<Standing> {
  const shown = await shownVersion(client, projector)
  if (shown === undefined) return 'nothing-shown'
  return shown >= projector.version ? 'shown' : 'beside'
}

/** Whether every view of the version shown is there: somebody may have dropped them. */
export async function viewsStand(
  client: ClientBase,
  { name, tables }: Projector,
): Promise<boolean> {
  const names = tables.map(({ table }) => table.name)
  const { rows } = await client.query<{ views: number }>(
    'select count(*)::int as views from pg_views where schemaname = $1 and viewname = any($2)',
    [name, names],
  )
  return rows[0]?.views === names.length
}

/** Makes the views of a version that is shown anew. */
export const showAgain = (client: ClientBase, projector: Projector, target: Target) =>
  inTransaction(client, async () => {
    await lockSchemas(client)
    if ((await shownVersion(client, projector)) === projector.version)
      await show(client, projector, target)
  })

/**
 * Ceases to show this version, unless another is shown. Goes into the caller's transaction, before its tables: whoever
 * reads takes the view first as well, and can't get into a deadlock with this.
 */
export async function unshow(
  client: ClientBase,
  { name, version }: Pick<Target, 'name' | 'version'>,
): Promise<void> {
  const shown = await shownVersion(client, { name })
  if (shown !== undefined && shown !== version) return
  await client.query('delete from projections.live where projector = $1', [name])
  await dropViews(client, name)
  await tellOfChange(client)
}

const tellOfChange = (client: ClientBase) =>
  client.query('select pg_notify($1, $2)', [projectedChannel, shownHasChanged])

async function dropViews(client: ClientBase, name: string): Promise<void> {
  const { rows } = await client.query<{ view: string }>(
    'select viewname as view from pg_views where schemaname = $1',
    [name],
  )
  for (const { view } of rows) await client.query(`drop view ${quoted(name)}.${quoted(view)}`)
}

/**
 * Shows this version instead of the older one, in one transaction, when it has got as far in the log and its tables
 * stand the comparison with those of the same names there: as many rows at the same position; when the older one is
 * elsewhere in the log, rows at all where that has some.
 */
export const goLive = (client: ClientBase, projector: Projector, target: Target): Promise<GoLive> =>
  inTransaction(client, async () => {
    await lockSchemas(client)
    const shown = await shownVersion(client, projector)
    if (shown === undefined || shown >= projector.version) {
      if (shown === undefined) await show(client, projector, target)
      return { kind: 'live' }
    }
    const [before, after] = await freeze(client, projector, shown)
    if (before > after) return { kind: 'behind' }
    const tables = await differences(client, projector, target, shown, before === after)
    if (tables.length > 0) return { kind: 'different', tables }
    await show(client, projector, target)
    return { kind: 'live' }
  })

export async function shownVersion(
  client: ClientBase,
  { name }: Pick<Projector, 'name'>,
): Promise<number | undefined> {
  const { rows } = await client.query<{ version: number }>(
    'select version from projections.live where projector = $1',
    [name],
  )
  return rows[0]?.version
}

/** The positions of the version shown and of this one, which stay there until the transaction ends. */
async function freeze(client: ClientBase, { name, version }: Projector, shown: number) {
  const { rows } = await client.query<{ version: number; position: string }>(
    `select version, position from projections.checkpoints
     where projector = $1 and version in ($2, $3) order by version for update`,
    [name, shown, version],
  )
  const positionOf = (of: number) => BigInt(rows.find(row => row.version === of)?.position ?? 0)
  return [positionOf(shown), positionOf(version)] as const
}

async function differences(
  client: ClientBase,
  projector: Projector,
  target: Target,
  shown: number,
  atSamePosition: boolean,
): Promise<Difference[]> {
  const schemaShown = schemaOf({ ...projector, version: shown })
  const different: Difference[] = []
  for (const { table } of projector.tables) {
    const rowsShown = await countOf(client, placeOf(schemaShown, table))
    if (rowsShown === undefined) continue
    const rows = (await countOf(client, placeOf(target.schema, table))) ?? 0
    const stands = atSamePosition ? rows === rowsShown : rows > 0 || rowsShown === 0
    if (!stands) different.push({ table: table.name, rows, rowsShown })
  }
  return different
}

/** How many rows a table has; undefined when there is no such table. */
async function countOf(client: ClientBase, place: string): Promise<number | undefined> {
  const { rows: found } = await client.query('select to_regclass($1) as place', [place])
  if (found[0]?.place === null) return undefined
  const { rows } = await client.query<{ count: string }>(`select count(*) from ${place}`)
  return Number(rows[0]?.count)
}

/** Makes the views of the projector's name show the target's tables, and no others. */
async function show(client: ClientBase, projector: Projector, target: Target): Promise<void> {
  const { name, version } = projector
  await client.query(`create schema if not exists ${quoted(name)}`)
  await dropViews(client, name)
  for (const { table } of projector.tables) {
    const columns = Object.keys(table.columns).map(quoted).join(', ')
    await client.query(
      `create view ${placeOf(name, table)} as select ${columns} from ${placeOf(target.schema, table)}`,
    )
  }
  await client.query(
    `insert into projections.live (projector, version) values ($1, $2)
     on conflict (projector) do update set version = excluded.version`,
    [name, version],
  )
  await tellOfChange(client)
}

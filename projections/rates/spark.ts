// A week of prices in few points: one a step of six hours.

/** Prices, the newest last, and when the newest one's step began. */
export interface Spark {
  readonly spark: readonly number[]
  readonly spark_at: Date
}

const stepMilliseconds = 6 * 3_600_000
/** Seven days of steps. */
export const sparkPoints = 28

/**
 * The spark with one more price. Within a step the last price stands; a step in which nothing was sampled repeats the
 * price before it, so that points stay six hours apart. A price older than the newest step changes nothing, unless what
 * came before is known to be dated ahead (`dropsAhead`): then the points beyond the price are dropped.
 */
export function withPrice(
  before: Spark | undefined,
  at: Date,
  price: number,
  dropsAhead = false,
): Spark {
  const step = Math.floor(at.getTime() / stepMilliseconds)
  const spark_at = new Date(step * stepMilliseconds)
  if (!before || before.spark.length === 0) return { spark: [price], spark_at }
  const steps = step - before.spark_at.getTime() / stepMilliseconds
  if (steps < 0 && !dropsAhead) return before
  if (steps < 0)
    return { spark: [...before.spark.slice(0, steps - 1), price].slice(-sparkPoints), spark_at }
  if (steps === 0) return { spark: before.spark.with(-1, price), spark_at }
  const last = before.spark.at(-1) ?? price
  const repeated = new Array<number>(Math.min(steps - 1, sparkPoints)).fill(last)
  return { spark: [...before.spark, ...repeated, price].slice(-sparkPoints), spark_at }
}

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
 * price before it, so that points stay six hours apart. A price older than the newest step changes nothing.
 */
export function withPrice(before: Spark | undefined, at: Date, price: number): Spark {
  const step = Math.floor(at.getTime() / stepMilliseconds)
  const spark_at = new Date(step * stepMilliseconds)
  if (!before || before.spark.length === 0) return { spark: [price], spark_at }
  const steps = step - before.spark_at.getTime() / stepMilliseconds
  if (steps < 0) return before
  const last = before.spark.at(-1) ?? price
  const kept = steps === 0 ? before.spark.slice(0, -1) : before.spark
  const repeated = new Array<number>(Math.min(Math.max(steps - 1, 0), sparkPoints)).fill(last)
  return { spark: [...kept, ...repeated, price].slice(-sparkPoints), spark_at }
}

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Spark, sparkPoints, withPrice } from './spark.ts'

const hour = (n: number) => new Date(n * 3_600_000)

describe('a spark', () => {
  it('keeps the last price of each six hours', () => {
    const first = withPrice(undefined, hour(1), 10)
    expect(first).toEqual({ spark: [10], spark_at: hour(0) })
    const same = withPrice(first, hour(5), 11)
    expect(same).toEqual({ spark: [11], spark_at: hour(0) })
    expect(withPrice(same, hour(6), 12)).toEqual({ spark: [11, 12], spark_at: hour(6) })
  })

  it('repeats the price before a gap through it', () => {
    const before = withPrice(undefined, hour(0), 10)
    expect(withPrice(before, hour(18), 20).spark).toEqual([10, 10, 10, 20])
    expect(withPrice(before, hour(60_000), 20).spark).toHaveLength(sparkPoints)
  })

  it('is left alone by a price of an older step', () => {
    const spark = withPrice(undefined, hour(12), 10)
    expect(withPrice(spark, hour(5), 99)).toBe(spark)
  })

  it('loses its points ahead of a price that is known to be of the right time', () => {
    const spark = withPrice(withPrice(undefined, hour(6), 10), hour(48), 99)
    expect(withPrice(spark, hour(12), 12, true)).toEqual({ spark: [10, 12], spark_at: hour(12) })
    expect(withPrice(spark, hour(0), 12, true)).toEqual({ spark: [12], spark_at: hour(0) })
  })

  it('never holds more than a week, and always ends with the newest price', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(400), fc.double({ min: 0.01, max: 1e6 }))), samples => {
        let spark: Spark | undefined
        for (const [at, price] of samples.sort(([a], [b]) => a - b)) {
          spark = withPrice(spark, hour(at), price)
          expect(spark.spark.at(-1)).toBe(price)
          expect(spark.spark.length).toBeLessThanOrEqual(sparkPoints)
        }
      }),
    )
  })
})

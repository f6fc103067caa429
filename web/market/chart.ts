// The geometry of the line chart: percents of its box, ticks, and points merged to what a screen can show.
import type { PricePoint } from '../api/types.ts'

export interface Scale {
  readonly low: number
  readonly high: number
  readonly ticks: readonly number[]
  /** Decimals that tell the ticks apart. */
  readonly decimals: number
}

const niceSteps = [1, 2, 2.5, 5, 10]
const wantedTicks = 5
/** Of the price: a line that moves less is drawn flat, since its ticks would all read the same. */
const leastSpan = 1e-6

function niceStep(span: number): number {
  const raw = span / wantedTicks
  const size = 10 ** Math.floor(Math.log10(raw))
  const factor = niceSteps.find(step => step * size >= raw * 0.999) ?? 10
  return Number((factor * size).toPrecision(12))
}

/** A scale that starts and ends on round prices and holds every given one. */
export function scaleOf(prices: readonly number[]): Scale {
  const least = Math.min(...prices)
  const most = Math.max(...prices)
  const span = Math.max(most - least, Math.abs(most) * leastSpan) || 1
  const step = niceStep(span)
  const first = Math.floor(least / step)
  const last = Math.max(Math.ceil(most / step), first + 1)
  const ticks = Array.from({ length: last - first + 1 }, (_, index) =>
    Number(((first + index) * step).toPrecision(12)),
  )
  return {
    low: ticks[0] ?? least,
    high: ticks.at(-1) ?? most,
    ticks,
    decimals: decimalsOf(step),
  }
}

function decimalsOf(step: number): number {
  const [digits = '', exponent = '0'] = step.toExponential().split('e')
  const fraction = digits.split('.')[1]?.length ?? 0
  return Math.max(0, fraction - Number(exponent))
}

/** Where a price stands from the top, in per cent. */
export function fromTop(price: number, scale: Scale): number {
  return ((scale.high - price) / (scale.high - scale.low)) * 100
}

/** Where each moment stands from the left, in per cent: the first at 0, the last at 100, the others by their time. */
export function fromLeft(times: readonly number[]): readonly number[] {
  const first = times[0] ?? 0
  const span = (times.at(-1) ?? 0) - first
  return times.map(time => (span > 0 ? ((time - first) / span) * 100 : 100))
}

/** Neighbouring points merged so that at most `most` are left; first open, last close, extremes kept. */
export function mergePoints(points: readonly PricePoint[], most: number): readonly PricePoint[] {
  const size = Math.ceil(points.length / most)
  if (size <= 1) return points
  const merged: PricePoint[] = []
  for (let start = 0; start < points.length; start += size) {
    const group = points.slice(start, start + size)
    const first = group[0]
    const last = group.at(-1)
    if (!first || !last) continue
    merged.push({
      at: first.at,
      open: first.open,
      high: Math.max(...group.map(point => point.high)),
      low: Math.min(...group.map(point => point.low)),
      close: last.close,
    })
  }
  return merged
}

export const plotWidth = 1000
export const plotHeight = 300

/** The line through the closes at their places from the left, in the units of the stretched inner drawing. */
export function linePath(
  closes: readonly number[],
  places: readonly number[],
  scale: Scale,
): string {
  return closes
    .map((close, index) => {
      const x = Math.round(((places[index] ?? 0) / 100) * plotWidth)
      const y = ((fromTop(close, scale) / 100) * plotHeight).toFixed(1)
      return `${index === 0 ? 'M' : 'L'}${x} ${y}`
    })
    .join('')
}

/** The point nearest to a place from the left, in per cent. */
export function nearestIndex(place: number, places: readonly number[]): number {
  let nearest = 0
  places.forEach((candidate, index) => {
    if (Math.abs(candidate - place) < Math.abs((places[nearest] ?? 0) - place)) nearest = index
  })
  return nearest
}

/** `wanted` moments spread evenly from the first to before the last, for the labels below the chart. */
export function labelTimes(times: readonly number[], wanted: number): readonly number[] {
  const first = times[0] ?? 0
  const span = (times.at(-1) ?? 0) - first
  const amount = span > 0 ? wanted : Math.min(times.length, 1)
  return Array.from({ length: amount }, (_, index) => first + (index * span) / amount)
}

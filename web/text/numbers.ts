// Figures as the site writes them: prices, changes, large amounts, counts.

const formats = new Map<number, Intl.NumberFormat>()

/** More would be a row of noughts that nobody counts, and more than `Intl` writes everywhere. */
const mostDecimals = 20

/** The power of ten of a number's first digit. */
const powerOf = (value: number) => Math.floor(Math.log10(Math.abs(value)))

/** With exactly so many decimals: 64,000.50. What needs very many is written as 4.200e-25. */
export function fixed(value: number, decimals: number): string {
  if (decimals > mostDecimals) {
    return value === 0 ? '0' : value.toExponential(Math.max(0, decimals + powerOf(value)))
  }
  let format = formats.get(decimals)
  if (!format) {
    format = new Intl.NumberFormat('en-US', {
      minimumFractionDigits: decimals,
      maximumFractionDigits: decimals,
    })
    formats.set(decimals, format)
  }
  return format.format(value)
}

const digitsThatCount = 4

function priceDecimals(price: number): number {
  const size = Math.abs(price)
  if (size === 0 || size >= 10) return 2
  if (size >= 2) return 3
  return Math.max(digitsThatCount, digitsThatCount - 1 - powerOf(size))
}

/** A price in US dollars, four digits of it or more: 64,210.40, 7.214, 1.0003, 0.00001812. */
export function price(value: number): string {
  const decimals = priceDecimals(value)
  if (decimals > mostDecimals) return fixed(value, decimals)
  // At a step, as from 9.9996 to 10.00, the decimals are those of the price that is read.
  return fixed(value, priceDecimals(Number(value.toFixed(decimals))))
}

/** A price in two parts, so that its decimals can step back: ['64,210', '.40']; below one all of it counts. */
export function priceParts(value: number): readonly [string, string] {
  const text = price(value)
  const dot = text.indexOf('.')
  return dot < 0 || Math.abs(value) < 1 ? [text, ''] : [text.slice(0, dot), text.slice(dot)]
}

/** A whole number with separators: 184,220. */
export function count(value: number): string {
  return fixed(value, 0)
}

/** A position of the log with separators; it may be larger than a double can hold. */
export function position(value: string): string {
  return /^\d+$/.test(value) ? value.replace(/\B(?=(\d{3})+$)/g, ',') : value
}

const units = [
  [1e12, 'T'],
  [1e9, 'B'],
  [1e6, 'M'],
] as const

/** An amount below it would lose digits that count, were it written whole. */
const leastWhole = 100

/** Three significant digits and a unit: 1.27 T, 24.8 B, 940 M; whole below a million, as a price below a hundred. */
export function compact(value: number): string {
  for (const [size, unit] of units) {
    if (Math.abs(value) < size * 0.9995) continue
    const scaled = value / size
    const decimals = Math.abs(scaled) >= 99.95 ? 0 : Math.abs(scaled) >= 9.995 ? 1 : 2
    return `${fixed(scaled, decimals)} ${unit}`
  }
  return Math.abs(value) < leastWhole && value !== 0 ? price(value) : count(value)
}

export type Direction = 'up' | 'dn' | ''

/** Which way a change goes once rounded, so that a mark never contradicts its figure. */
export function direction(percent: number, decimals: number): Direction {
  const rounded = Number(percent.toFixed(decimals))
  return rounded > 0 ? 'up' : rounded < 0 ? 'dn' : ''
}

/** A change in per cent with a real minus: +2.41%, −0.83%, 0.00%. */
export function change(percent: number, decimals: number): string {
  const sign = { up: '+', dn: '−', '': '' }[direction(percent, decimals)]
  return `${sign}${fixed(Math.abs(percent), decimals)}%`
}

/** "1 post", "3 posts", "1,204 posts". */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`
}

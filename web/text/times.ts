// Moments and ages as the site writes them, always in UTC.

const months =
  'January February March April May June July August September October November December'.split(' ')
const minute = 60
const hour = 60 * minute
const day = 24 * hour
const month = 30 * day

const two = (value: number) => String(value).padStart(2, '0')

/** "11 June 2024" */
export function date(at: Date): string {
  return `${at.getUTCDate()} ${months[at.getUTCMonth()]} ${at.getUTCFullYear()}`
}

/** "11 Jun" */
export function shortDate(at: Date): string {
  return `${at.getUTCDate()} ${months[at.getUTCMonth()]?.slice(0, 3)}`
}

/** "10:58" */
export function clock(at: Date): string {
  return `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}`
}

/** "10:58:04" */
export function clockWithSeconds(at: Date): string {
  return `${clock(at)}:${two(at.getUTCSeconds())}`
}

/** "11 June 2024, 10:58 UTC" */
export function moment(at: Date): string {
  return `${date(at)}, ${clock(at)} UTC`
}

/** Whole seconds since `at`; a clock that runs ahead counts as none. */
export function secondsSince(at: string, now: number): number {
  return Math.max(0, Math.floor((now - Date.parse(at)) / 1000))
}

/** A span in its largest unit: 12 s, 3 min, 5 h, 4 d. */
export function span(seconds: number): string {
  if (seconds < minute) return `${seconds} s`
  if (seconds < hour) return `${Math.floor(seconds / minute)} min`
  if (seconds < day) return `${Math.floor(seconds / hour)} h`
  return `${Math.floor(seconds / day)} d`
}

/** "3 h ago", or the date once a month has passed. */
export function ago(at: string, now: number): string {
  const seconds = secondsSince(at, now)
  return seconds < month ? `${span(seconds)} ago` : date(new Date(at))
}

const wordsPerMinute = 220

/** "6 min to read"; nothing takes less than a minute. */
export function readingTime(words: number): string {
  return `${Math.max(1, Math.round(words / wordsPerMinute))} min to read`
}

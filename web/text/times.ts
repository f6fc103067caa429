// Moments and ages as the site writes them, always in UTC.

const months =
  'January February March April May June July August September October November December'.split(' ')
const minute = 60
const hour = 60 * minute
const day = 24 * hour

const two = (value: number) => String(value).padStart(2, '0')

/** "11 June 2024" */
export function date(at: Date): string {
  return `${at.getUTCDate()} ${months[at.getUTCMonth()]} ${at.getUTCFullYear()}`
}

/** "11 Jun", where the year is plain from what stands around it. */
export function dayAndMonth(at: Date): string {
  return `${at.getUTCDate()} ${months[at.getUTCMonth()]?.slice(0, 3)}`
}

/** "11 Jun", and "11 Jun 2024" once it is another year. */
export function shortDate(at: Date, now: Date): string {
  const year = at.getUTCFullYear()
  return year === now.getUTCFullYear() ? dayAndMonth(at) : `${dayAndMonth(at)} ${year}`
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

/** Clocks of two machines that are well differ by less; what is dated further ahead was dated by a wrong one. */
const clocksDiffer = minute

/** Whole seconds since `at`; `null` when that can't be told, since `at` is no date or lies ahead. */
export function secondsSince(at: string, now: number): number | null {
  const seconds = Math.floor((now - Date.parse(at)) / 1000)
  return seconds >= -clocksDiffer ? Math.max(0, seconds) : null
}

/** A span in its largest unit: 12 s, 3 min, 5 h, 4 d. */
export function span(seconds: number): string {
  if (seconds < minute) return `${seconds} s`
  if (seconds < hour) return `${Math.floor(seconds / minute)} min`
  if (seconds < day) return `${Math.floor(seconds / hour)} h`
  return `${Math.floor(seconds / day)} d`
}

/** "3 h ago"; what is less than a second old, or dated a moment ahead, was just now. */
export function ago(seconds: number): string {
  return seconds < 1 ? 'just now' : `${span(seconds)} ago`
}

export interface Age {
  /** For a narrow column: "now", "3 h", "11 Jun", "11 Jun 2024". */
  readonly short: string
  /** For sentences: "just now", "3 h ago", "11 June 2024". */
  readonly long: string
}

const monthOfDays = 30 * day

/** How long ago `at` was; its date once a month has passed, or while it is not yet. */
export function ageOf(at: string, now: number): Age {
  const seconds = secondsSince(at, now)
  if (seconds !== null && seconds < monthOfDays) {
    return { short: seconds < 1 ? 'now' : span(seconds), long: ago(seconds) }
  }
  const then = new Date(at)
  return { short: shortDate(then, new Date(now)), long: date(then) }
}

const wordsPerMinute = 220

/** "6 min to read"; nothing takes less than a minute. */
export function readingTime(words: number): string {
  return `${Math.max(1, Math.round(words / wordsPerMinute))} min to read`
}

// Which past moments a chart needs that nobody has recorded yet.

const minuteMilliseconds = 60_000
const hourMilliseconds = 60 * minuteMilliseconds

/** Charts show a week by the hour … */
const coarse = { spanMilliseconds: 7 * 24 * hourMilliseconds, stepMilliseconds: hourMilliseconds }
/** … and the last hours more finely. */
const fine = { spanMilliseconds: 2 * hourMilliseconds, stepMilliseconds: 5 * minuteMilliseconds }

/** Moments after the newest that is recorded and before now, oldest first. All fall on round times. */
export function missingMoments(newest: Date | undefined, now: Date): readonly Date[] {
  const moments = new Set<number>()
  for (const { spanMilliseconds, stepMilliseconds } of [coarse, fine]) {
    const first = Math.ceil((now.getTime() - spanMilliseconds) / stepMilliseconds)
    for (let step = first; step * stepMilliseconds < now.getTime(); step++)
      moments.add(step * stepMilliseconds)
  }
  return [...moments]
    .filter(moment => newest === undefined || moment > newest.getTime())
    .sort((one, other) => one - other)
    .map(moment => new Date(moment))
}

/** The days that those moments can fall on, newest first. */
export const daysBack = (now: Date): readonly Date[] =>
  Array.from({ length: 8 }, (_, days) => new Date(now.getTime() - days * 24 * hourMilliseconds))

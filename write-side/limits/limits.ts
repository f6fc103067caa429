// The port to what keeps anybody from taking more than their share: so much in a span of time, by name and key.

/** At most so much in so many seconds, counted from the first. */
export interface Limit {
  readonly most: number
  readonly seconds: number
}

/**
 * What is limited. There is none for an account alone, from wherever it is tried: any stranger could use that up, and so
 * lock its owner out.
 */
export type LimitName =
  | 'sign-in-failures'
  | 'sign-in-failures-per-address'
  | 'sign-ups-per-address'
  | 'previews-per-session'
  | 'previews-per-address'

export type Stopped = { readonly allowed: false; readonly retryAfterSeconds: number }
export type Taken = { readonly allowed: true } | Stopped

/** None of these rejects: what counts when its store is away is up to the adapter. */
export interface Limits {
  /** Takes one of what `name` allows this key. */
  readonly take: (name: LimitName, key: string) => Promise<Taken>
  /** One that was taken counts no more. */
  readonly giveBack: (name: LimitName, key: string) => Promise<void>
  /** Nothing that this key took counts any more. */
  readonly forget: (name: LimitName, key: string) => Promise<void>
}

/** What becomes of a try once its result is known: it counts, it doesn't, or nothing counts any more. */
export type AfterTry = 'count' | 'give-back' | 'forget'

/**
 * Runs `work` as one try, which is counted before it runs, so that many at once can't all slip through. What becomes of it
 * then, `after` says of its result; a try that fails with an error is given back.
 */
export async function asOneTry<Result>(
  limits: Limits,
  [name, key]: readonly [LimitName, string],
  work: () => Promise<Result>,
  after: (result: Result) => AfterTry,
): Promise<Result | Stopped> {
  const taken = await limits.take(name, key)
  if (!taken.allowed) return taken
  let then: AfterTry = 'give-back'
  try {
    const result = await work()
    then = after(result)
    return result
  } finally {
    if (then === 'give-back') await limits.giveBack(name, key)
    if (then === 'forget') await limits.forget(name, key)
  }
}

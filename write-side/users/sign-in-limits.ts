// The port to what keeps passwords from being tried at will.

/** How a try stands with the limits. */
export type Try =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly retryAfterSeconds: number }

export interface SignInLimits {
  /** Counts a try against the account and the address it comes from. Works, if less strictly, when its store is away. */
  readonly count: (account: string, address: string) => Promise<Try>
  /** The try was a good one: it counts no more. */
  readonly forgive: (account: string, address: string) => Promise<void>
}

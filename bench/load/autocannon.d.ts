// The part of autocannon's face that is used here; the package ships no types.
declare module 'autocannon' {
  export interface Request {
    method?: string
    path?: string
    headers?: Record<string, string>
    body?: string
    setupRequest?: (request: Request) => Request
  }
  export interface Result {
    readonly '2xx': number
    readonly duration: number
    readonly errors: number
    readonly timeouts: number
    readonly non2xx: number
    readonly statusCodeStats: Record<string, { readonly count: number }>
  }
  export interface Options {
    url: string
    connections: number
    duration: number
    /** Seconds that an answer may take. */
    timeout: number
    requests: Request[]
  }
  export default function autocannon(options: Options): Promise<Result>
}

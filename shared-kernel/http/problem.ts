// What a refused request answers: problem details as RFC 9457 has them, with a stable code.

/** One field that was refused, by its name in the request, with a stable code and a sentence for people. */
export interface FieldError {
  readonly field: string
  readonly code: string
  readonly message: string
}

/** The body of every answer from 400 up. `code` is stable and for programs; `title` and `detail` are for people. */
export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly code: string
  readonly detail?: string
  readonly instance?: string
  readonly errors?: readonly FieldError[]
  /** Of a read model that is being rebuilt: how much is done, from 0 to 1. */
  readonly progress?: number
  /** The read model that the problem is about. */
  readonly projector?: string
}

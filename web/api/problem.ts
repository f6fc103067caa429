// A refusal or failure as the site shows it: the API's problem details, or one made here when there was no answer.
import type { Problem } from '@cryptotalks/shared-kernel/http/problem'

import type { Answer } from './ask.ts'

export type { Problem }

/** The sentence of one field, or nothing. */
export function fieldMessage(problem: Problem | undefined, field: string): string | undefined {
  return problem?.errors?.find(
    error => error.field === field || error.field.startsWith(`${field}.`),
  )?.message
}

/** Why a search can't be looked for as it is; the page still has everything else to show. */
export function searchRefusal(answer: Answer<unknown>): string | undefined {
  return !answer.ok && answer.problem.status === 400 ? fieldMessage(answer.problem, 'q') : undefined
}

/** What stands for an answer that never came or could not be read. */
export function unreachable(status = 503): Problem {
  return {
    type: '/problems/unreachable',
    title: 'We did not get an answer',
    status,
    code: 'unreachable',
    detail: 'The service did not answer in time. Nothing was lost. Try again in a moment.',
  }
}

function looksLikeProblem(value: unknown): value is Problem {
  if (typeof value !== 'object' || value === null) return false
  const { title, status, code } = value as Partial<Problem>
  return typeof title === 'string' && typeof status === 'number' && typeof code === 'string'
}

/** The problem an answer carries, whatever its body is. */
export async function problemOf(response: Response): Promise<Problem> {
  const body: unknown = await response.json().catch(() => null)
  return looksLikeProblem(body) ? body : unreachable(response.status)
}

// Keeps what is being written in this browser, so that leaving the page never loses it.

/** Each person's own: browsers are shared. */
const placeOf = (userId: string) => `cryptotalks.draft.${userId}`

export interface Draft {
  readonly title: string
  readonly body: string
  readonly tags: string
}

/** The kept draft, or nothing; a browser without storage has none. */
export function keptDraft(userId: string): Draft | null {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(placeOf(userId)) ?? 'null')
    if (typeof kept !== 'object' || kept === null) return null
    const { title, body, tags } = kept as Partial<Record<keyof Draft, unknown>>
    return { title: String(title ?? ''), body: String(body ?? ''), tags: String(tags ?? '') }
  } catch {
    return null
  }
}

/** Keeps a draft; says whether it could. */
export function keepDraft(userId: string, draft: Draft): boolean {
  try {
    localStorage.setItem(placeOf(userId), JSON.stringify(draft))
    return true
  } catch {
    return false
  }
}

export function dropDraft(userId: string): void {
  try {
    localStorage.removeItem(placeOf(userId))
  } catch {
    // A browser without storage has no draft to drop.
  }
}

// Keeps what is being written in this browser, so that leaving the page never loses it.

const place = 'cryptotalks.draft'

export interface Draft {
  readonly title: string
  readonly body: string
  readonly tags: string
}

/** The kept draft, or nothing; a browser without storage has none. */
export function keptDraft(): Draft | null {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(place) ?? 'null')
    if (typeof kept !== 'object' || kept === null) return null
    const { title, body, tags } = kept as Partial<Record<keyof Draft, unknown>>
    return { title: String(title ?? ''), body: String(body ?? ''), tags: String(tags ?? '') }
  } catch {
    return null
  }
}

/** Keeps a draft; says whether it could. */
export function keepDraft(draft: Draft): boolean {
  try {
    localStorage.setItem(place, JSON.stringify(draft))
    return true
  } catch {
    return false
  }
}

export function dropDraft(): void {
  try {
    localStorage.removeItem(place)
  } catch {
    // A browser without storage has no draft to drop.
  }
}

// Where the browser keeps what is being written: one place a person and tab, so that browsers and people can be many.

/** What every place of a person's drafts begins with; by itself it was the place of the one draft kept in earlier days. */
export const placesOf = (userId: string) => `cryptotalks.draft.${userId}`

/** All places of a person's drafts; a browser without storage has none. */
export function draftPlaces(userId: string): readonly string[] {
  const first = placesOf(userId)
  try {
    return Object.keys(localStorage).filter(
      place => place === first || place.startsWith(`${first}.`),
    )
  } catch {
    return []
  }
}

/** Removes every draft of a person: after they signed out, whoever comes next must not find them. */
export function dropDrafts(userId: string): void {
  for (const place of draftPlaces(userId)) localStorage.removeItem(place)
}

// A text that is being written, as the browser keeps it.
import { draftPlaces, placesOf } from '../forms/draft-places.ts'

export interface Draft {
  readonly title: string
  readonly body: string
  readonly tags: string
}

/** A post that was sent, with an outcome that is not known. */
export interface SentPost {
  readonly key: string
  /** The JSON as it was sent: the same again under the same key can't write twice. */
  readonly content: string
  /** Milliseconds. */
  readonly at: number
}

export interface KeptDraft extends Draft {
  /** Milliseconds; 0 for a draft of the time when they had no date. */
  readonly at: number
  readonly sent: SentPost | null
}

export const emptyDraft: Draft = { title: '', body: '', tags: '' }

export const isEmpty = ({ title, body, tags }: Draft): boolean => !title && !body && !tags

/** Whether all that stands in `part` stands in `whole` too: then it is the same text, not yet whole. */
export const isPartOf = (part: Draft, whole: Draft): boolean =>
  (['title', 'body', 'tags'] as const).every(field => !part[field] || part[field] === whole[field])

/** The place of the draft with this id. */
export const placeOf = (userId: string, id: string): string => `${placesOf(userId)}.${id}`

function sentOf(value: unknown): SentPost | null {
  if (typeof value !== 'object' || value === null) return null
  const { key, content, at } = value as Partial<Record<keyof SentPost, unknown>>
  return typeof key === 'string' && typeof content === 'string'
    ? { key, content, at: Number(at) || 0 }
    : null
}

const textOr = (value: unknown): string => (typeof value === 'string' ? value : '')

/** What is kept in a place, or nothing. */
export function readDraft(place: string): KeptDraft | null {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(place) ?? 'null')
    if (typeof kept !== 'object' || kept === null) return null
    const { title, body, tags, at, sent } = kept as Partial<Record<keyof KeptDraft, unknown>>
    const text = { title: textOr(title), body: textOr(body), tags: textOr(tags) }
    return isEmpty(text) ? null : { ...text, at: Number(at) || 0, sent: sentOf(sent) }
  } catch {
    return null
  }
}

/** Keeps a draft, or nothing where nothing is written; says whether it could. */
export function keepDraft(place: string, draft: KeptDraft): boolean {
  try {
    if (isEmpty(draft)) localStorage.removeItem(place)
    else localStorage.setItem(place, JSON.stringify(draft))
    return true
  } catch {
    return false
  }
}

export function dropDraft(place: string): void {
  try {
    localStorage.removeItem(place)
  } catch {
    // A browser without storage has no draft to drop.
  }
}

/** The places of all drafts of a person, newest first. */
export function placesByAge(userId: string): readonly string[] {
  const age = (place: string) => readDraft(place)?.at ?? -1
  return draftPlaces(userId).toSorted((a, b) => age(b) - age(a))
}

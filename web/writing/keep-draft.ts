// Keeps what is written in this tab: found again after Back, a crash or a lost session; gone once it is published.
import { createEffect, on, onCleanup, onMount } from 'solid-js'
import { placesOf } from '../forms/draft-places.ts'
import { freshKey } from '../forms/idempotency.ts'
import { clockWithSeconds } from '../text/times.ts'
import {
  type Draft,
  dropDraft,
  emptyDraft,
  isEmpty,
  isPartOf,
  type KeptDraft,
  keepDraft,
  placeOf,
  placesByAge,
  readDraft,
  type SentPost,
} from './draft.ts'
import { holdIfFree, holdOwn, type Release } from './draft-lock.ts'

const tabPlace = 'cryptotalks.draft-of-tab'

/** The draft of this tab; tabs have a storage each, which outlives their pages. */
function ownId(): string | null {
  try {
    return sessionStorage.getItem(tabPlace)
  } catch {
    return null
  }
}

function setOwnId(id: string): void {
  try {
    sessionStorage.setItem(tabPlace, id)
  } catch {
    // Without storage nothing is kept, and no id is needed.
  }
}

interface Held {
  readonly place: string
  readonly release: Release
}

interface Options {
  readonly userId: string
  /** What is written now. */
  readonly text: () => Draft
  readonly setText: (draft: Draft) => void
  /** The page came with a text of its own: one that was refused. */
  readonly given: boolean
  /** Told where the draft is kept: "Draft kept in this browser 14:01:58" */
  readonly setState: (words: string) => void
  /** A draft was found that had been sent, and nobody knows how that ended. */
  readonly onUnsettled: (sent: SentPost) => void
}

export interface DraftKeeper {
  /** Remembers what is being sent, until its outcome is known. */
  setSent(post: SentPost | null): void
  /** It is published: the draft goes, and does not come back. */
  finish(): void
}

/** Begins to keep what is written, and brings back what was. */
export function keepDrafts(options: Options): DraftKeeper {
  const { userId, text, setText, given, setState, onUnsettled } = options
  let held: Held | null = null
  let sent: SentPost | null = null
  let finished = false
  let gone = false

  const save = () => {
    if (held === null || finished) return
    const kept: KeptDraft = { ...text(), at: Date.now(), sent }
    if (keepDraft(held.place, kept)) {
      if (!isEmpty(kept)) setState(`Draft kept in this browser ${clockWithSeconds(new Date())}`)
    } else setState('This browser keeps no draft: its storage is full or switched off.')
  }

  const hold = (id: string, release: Release, kept: KeptDraft | null) => {
    held = { place: placeOf(userId, id), release }
    setOwnId(id)
    if (gone) return release()
    if (kept !== null && isPartOf(text(), kept)) {
      setText(kept)
      // What is being sent by now goes before what was sent earlier.
      if (sent === null && kept.sent !== null) {
        sent = kept.sent
        onUnsettled(sent)
      }
    }
    save()
  }

  /** This tab's own draft, unless something else was written here before it could be brought back. */
  async function holdOwnDraft(): Promise<boolean> {
    const id = ownId()
    const release = id === null ? null : await holdOwn(placeOf(userId, id))
    if (id === null || release === null) return false
    const kept = readDraft(placeOf(userId, id))
    const nothingHere = kept === null && isEmpty(text())
    if (!nothingHere && (given || kept === null || isPartOf(text(), kept))) {
      hold(id, release, given ? null : kept)
      return true
    }
    release()
    return false
  }

  async function holdNew(kept: KeptDraft | null): Promise<void> {
    const id = freshKey()
    hold(id, (await holdIfFree(placeOf(userId, id))) ?? (() => {}), kept)
  }

  /** The newest draft that no living tab holds, under a new id. */
  async function holdOrphan(): Promise<boolean> {
    for (const place of placesByAge(userId)) {
      const release = await holdIfFree(place)
      const kept = release === null ? null : readDraft(place)
      if (release === null) continue
      if (kept !== null && isEmpty(text())) {
        if (place !== placesOf(userId)) {
          hold(place.slice(placesOf(userId).length + 1), release, kept)
          return true
        }
        // Of the days when a person had one draft, without an id.
        await holdNew(kept)
        dropDraft(place)
        release()
        return true
      }
      release()
    }
    return false
  }

  async function begin(): Promise<void> {
    if (await holdOwnDraft()) return
    if (!given && (await holdOrphan())) return
    await holdNew(null)
  }

  const letGo = () => {
    held?.release()
    held = null
  }

  onMount(() => {
    // Of somebody whose session has ended it is not known whose browser this is by now.
    if (userId === '') return
    void begin()
    const hidden = () => letGo()
    // A page that comes back as it was: what it held is free now, and what it published is not to be written again.
    const shown = (event: PageTransitionEvent) => {
      if (!event.persisted) return
      if (finished) setText(emptyDraft)
      void begin()
    }
    // Drafts go when their writer signs out, in whichever tab.
    const changed = (event: StorageEvent) => {
      if (event.key !== held?.place || event.newValue !== null) return
      letGo()
      setState('Kept on this page only: you signed out.')
    }
    window.addEventListener('pagehide', hidden)
    window.addEventListener('pageshow', shown)
    window.addEventListener('storage', changed)
    onCleanup(() => {
      gone = true
      letGo()
      window.removeEventListener('pagehide', hidden)
      window.removeEventListener('pageshow', shown)
      window.removeEventListener('storage', changed)
    })
  })
  const written = () => {
    finished = false
    save()
  }
  createEffect(on(text, written, { defer: true }))

  return {
    setSent(post) {
      sent = post
      save()
    },
    finish() {
      finished = true
      if (held) dropDraft(held.place)
    },
  }
}

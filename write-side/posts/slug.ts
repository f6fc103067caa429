// The readable part of a post's address, made from its title.

/** Longer ones are cut where search engines and chats cut addresses too, at a word's end if there is one. */
const longestSlug = 80

/** Addresses below /posts that are pages of the site. */
const pages = new Set(['new'])

/** Letters that no decomposition turns into ASCII, as their readers write them without a fitting keyboard. */
const transliterations = new Map(
  Object.entries({
    ...{ ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', đ: 'd', ð: 'd', þ: 'th', ł: 'l', ħ: 'h', ı: 'i' },
    ...{ а: 'a', б: 'b', в: 'v', г: 'g', д: 'd', е: 'e', ж: 'zh', з: 'z', и: 'i', к: 'k', л: 'l' },
    ...{ м: 'm', н: 'n', о: 'o', п: 'p', р: 'r', с: 's', т: 't', у: 'u', ф: 'f', х: 'kh', ц: 'ts' },
    ...{ ч: 'ch', ш: 'sh', щ: 'shch', ъ: '', ы: 'y', ь: '', э: 'e', ю: 'yu', я: 'ya', і: 'i' },
    ...{ є: 'ie', ґ: 'g', α: 'a', β: 'v', γ: 'g', δ: 'd', ε: 'e', ζ: 'z', η: 'i', θ: 'th', ι: 'i' },
    ...{ κ: 'k', λ: 'l', μ: 'm', ν: 'n', ξ: 'x', ο: 'o', π: 'p', ρ: 'r', σ: 's', ς: 's', τ: 't' },
    ...{ υ: 'y', φ: 'f', χ: 'ch', ψ: 'ps', ω: 'o', '&': ' and ', '@': ' at ', '%': ' percent ' },
  }),
)

function cut(slug: string): string {
  if (slug.length <= longestSlug) return slug
  const words = slug.slice(0, longestSlug + 1).lastIndexOf('-')
  return slug.slice(0, words > longestSlug / 2 ? words : longestSlug)
}

/** The title in `[a-z0-9-]`; empty when nothing of it can be written so. */
export function slugOf(title: string): string {
  const letters = [
    ...title
      .normalize('NFKD')
      .toLowerCase()
      .replace(/\p{Mn}/gu, ''),
  ]
  const ascii = letters.map(letter => transliterations.get(letter) ?? letter).join('')
  const words = ascii.replace(/['’]/g, '').replace(/[^a-z0-9]+/g, '-')
  return cut(words.replace(/^-+|-+$/g, ''))
}

/**
 * The slugs to try for a post, best first. All follow from title and id, so that whoever publishes the same post again
 * comes to the same ones; the last holds the whole id and can't be taken.
 */
export function slugsFor(title: string, postId: string): readonly string[] {
  const slug = slugOf(title)
  const id = postId.replaceAll('-', '')
  const stem = slug || 'post'
  const plain = slug && !pages.has(slug) ? [slug] : []
  return [...plain, `${stem}-${id.slice(0, 6)}`, `${stem}-${id}`]
}

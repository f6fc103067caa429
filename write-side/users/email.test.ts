import { describe, expect, it } from 'vitest'
import { normalisedName } from '../reservations/normalised-name.ts'
import { readEmail } from './email.ts'

const take = (text: string) => ('email' in readEmail(text) ? 'taken' : 'refused')

describe('an e-mail address', () => {
  it('has before the @ what browsers take there, and no other character of all that there are', () => {
    let taken = ''
    for (let point = 0; point <= 0x10ffff; point++) {
      const one = String.fromCodePoint(point)
      if ('email' in readEmail(`a${one}n@example.org`)) taken += one
    }
    expect(taken).toMatch(/^[a-z0-9.!#$%&'*+/=?^_`{|}~-]{82}$/i)
  })

  it.each(['exϲample.org', 'ＥＸample。org', 'ex\u00adample.org', 'Müller.de'])(
    'at %j is found under what is kept of it and under what was typed',
    domain => {
      const read = readEmail(`ann@${domain}`)
      const kept = 'email' in read ? read.email : ''
      expect(normalisedName.email(kept)).toBe(normalisedName.email(`ann@${domain}`))
    },
  )

  it.each([
    ['ann@example.org', 'ann@example.org'],
    ['  Ann.O+x@Example.ORG ', 'Ann.O+x@example.org'],
    ["o'neil!#$%&*/=?^_`{|}~-@example.org", "o'neil!#$%&*/=?^_`{|}~-@example.org"],
    ['ann@Müller.DE', 'ann@müller.de'],
    ['ann@xn--mller-kva.de', 'ann@müller.de'],
    ['ann@ｅxample。org', 'ann@example.org'],
    // Nobody sees these in a domain, and so it is the same one without.
    ['ann@exam\u200bple.org', 'ann@example.org'],
    ['ann@example.o\u00adrg\u200b', 'ann@example.org'],
  ])('%j is kept as %j', (text, email) => {
    expect(readEmail(text)).toEqual({ email })
  })

  it.each(
    [
      ...['\u200b', '\u00ad', '\u2060', '\ufeff', '\u200d', '\u200e', '\u202e', '\u2066', '\u061c'],
      ...['\u034f', '\u115f', '\u1160', '\u3164', '\uffa0', '\u17b4', '\u180e', '\u2800', '\ufe0f'],
      ...['\u2028', '\u2029', '\u0085', '\u0001', '\u007f', '\u{e0041}', '\u{e0101}', '\u{1d173}'],
      ...['\ue000', '\u0378', '\ud800', '\ufffc', '\u{13441}', '\u{1d159}', '\u206a', '\ufff9'],
    ].map(one => [`U+${one.codePointAt(0)?.toString(16)}`, one] as const),
  )(
    'with %s before the @ is refused, or the same address where it is cut off as space',
    (_, one) => {
      for (const local of [`a${one}nn`, `ann${one}`, one])
        expect(take(`${local}@example.org`)).toBe('refused')
      expect(readEmail(`a${one}nn@example.org`)).toMatchObject({
        fault: expect.stringContaining('nobody can see'),
      })
      const first = readEmail(`${one}ann@example.org`)
      expect('fault' in first || first.email === 'ann@example.org').toBe(true)
    },
  )

  it.each([
    ...['a..b@example.org', '.a@example.org', 'a.@example.org', '..@example.org'],
    ...['jörg@example.org', 'ann\u0301@example.org', 'ан@example.org', '"a b"@example.org'],
    ...['a b@example.org', 'a@b@example.org', 'a,b@example.org', '@example.org', 'ann', 'ann@'],
    ...['ann@localhost', 'ann@-x.org', 'ann@x..org', 'ann@1.2.3.4', 'ann@[::1]', 'ann@x.org.'],
    ...['ann@example.org/x', 'ann@example.org?x', 'ann@example.org#x', 'ann@example.org:25'],
    ...['ann@exa%6dple.org', 'ann@exam\nple.org', 'ann@exam\tple.org', 'ann@exa mple.org'],
    ...['ann@ex\u2800ample.org', 'ann@\u202eexample.org', 'ann@xn--zzzzzz999999.org'],
    ...[
      `${'a'.repeat(65)}@example.org`,
      `a@${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(63)}.${'e'.repeat(63)}.org`,
    ],
  ])('%j is refused', text => {
    expect(take(text)).toBe('refused')
  })
})

import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { judgeSite, type KeyringFindings, type LogFindings } from './judge-site.ts'
import { newSiteIdentity } from './site-identity.ts'

const masterKey = randomBytes(32)
const site = newSiteIdentity(masterKey)
const sister = newSiteIdentity(masterKey)
const stranger = newSiteIdentity(randomBytes(32))

const unused: LogFindings = { identity: undefined, isUsed: false, hasPeople: false }
const founded: LogFindings = { identity: site, isUsed: true, hasPeople: false }
const lived: LogFindings = { identity: site, isUsed: true, hasPeople: true }
const earlier: LogFindings = { identity: undefined, isUsed: true, hasPeople: true }
const of = (log: LogFindings, identity: typeof site): LogFindings => ({ ...log, identity })

const empty: KeyringFindings = { identity: undefined, hasKeys: false, keysOpen: true }
const ours: KeyringFindings = { identity: site, hasKeys: true, keysOpen: true }
const oursWithoutKeys: KeyringFindings = { identity: site, hasKeys: false, keysOpen: true }
const nameless: KeyringFindings = { identity: undefined, hasKeys: true, keysOpen: true }
const locked: KeyringFindings = { identity: undefined, hasKeys: true, keysOpen: false }
const theirs: KeyringFindings = { identity: stranger, hasKeys: true, keysOpen: false }

const cases: readonly [string, LogFindings, KeyringFindings, string][] = [
  ['nothing is anywhere', unused, empty, 'found'],
  ['all belongs together', lived, ours, 'open'],
  ['nobody has registered yet', founded, oursWithoutKeys, 'open'],
  ['the keyring is from before anybody registered', lived, oursWithoutKeys, 'open'],
  ['a founding was broken off in between', founded, empty, 'adopt'],
  ['a move of earlier keys was broken off', lived, nameless, 'adopt'],
  ['an earlier version left log and keys', earlier, nameless, 'found'],
  ['an earlier version left a market alone', { ...earlier, hasPeople: false }, empty, 'found'],
  ['an earlier version left keys of another master key', earlier, locked, 'wrong-master-key'],
  ['an earlier version left people without keys', earlier, empty, 'keyring-lost'],
  ['the keyring is gone', lived, empty, 'keyring-lost'],
  ['the keyring holds keys of another master key', lived, locked, 'other-keyring'],
  ['the keyring is another site’s', lived, theirs, 'other-keyring'],
  ['the keyring is a sister’s', lived, { ...ours, identity: sister }, 'other-keyring'],
  [
    'the keyring’s word is damaged',
    lived,
    { ...ours, identity: { ...site, sealedWord: '' } },
    'other-keyring',
  ],
  ['the log is gone', unused, ours, 'log-lost'],
  ['the log is gone before anybody registered', unused, oursWithoutKeys, 'log-lost'],
  ['the log of an earlier version is gone', unused, nameless, 'log-lost'],
  ['the log lost its beginning', earlier, ours, 'log-lost'],
  ['the log is another site’s', of(lived, stranger), ours, 'other-log'],
  ['a new site meets a used keyring', unused, theirs, 'other-keyring'],
  ['a new site meets a used keyring without a name', unused, locked, 'other-keyring'],
  ['the master key is another', of(lived, stranger), { ...theirs }, 'wrong-master-key'],
  [
    'the master key is another and the keyring gone',
    of(lived, stranger),
    empty,
    'wrong-master-key',
  ],
  [
    'the master key is another and nobody registered',
    of(founded, stranger),
    empty,
    'wrong-master-key',
  ],
]

describe('a site is judged by its log, its keyring and its master key', () => {
  it.each(cases)('%s', (_, log, keyring, outcome) => {
    const judgement = judgeSite(log, keyring, masterKey)
    expect(judgement.kind === 'refused' ? judgement.refusal : judgement.kind).toBe(outcome)
  })
})

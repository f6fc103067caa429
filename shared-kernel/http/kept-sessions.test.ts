import { expect, it } from 'vitest'
import { sessionsAreKeptAt } from './kept-sessions.ts'

it.each([
  ['https://forum.example', true],
  ['http://localhost:8080', true],
  ['http://talks.localhost', true],
  ['http://127.0.0.1:8080', true],
  ['http://[::1]:8080', true],
  ['http://forum.lan:8201', false],
  ['http://192.168.1.7:8080', false],
  ['http://localhost.example', false],
  ['http://127.0.0.1.example', false],
])('browsers keep a session at %s: %s', (url, kept) => {
  expect(sessionsAreKeptAt(url)).toBe(kept)
})

import { expect, it } from 'vitest'
import { warningOf } from './public-url.ts'

it.each([
  ['127.0.0.1', 'http://localhost:8080', undefined],
  ['::1', 'http://localhost:8080', undefined],
  ['127.0.0.1', 'https://forum.example', undefined],
  ['0.0.0.0', 'https://forum.example', undefined],
  ['0.0.0.0', 'http://forum.lan:8201', /^Nobody can stay signed in at http:\/\/forum\.lan:8201/],
  ['127.0.0.1', 'http://forum.lan:8201', /Put TLS in front/],
  ['0.0.0.0', 'http://localhost:8080', /PUBLIC_URL leads; it is http:\/\/localhost:8080/],
])('listening on %s as %s warns of %s', (host, publicUrl, warning) => {
  const said = warningOf({ host, publicUrl })
  if (warning === undefined) expect(said).toBeUndefined()
  else expect(said).toMatch(warning)
})

// Which names the site answers to, with PUBLIC_URL and without.
import { expect, test } from 'vitest'
import { hostRule } from './host-rule.ts'

const loopback = [
  'localhost',
  'localhost:8080',
  'LOCALHOST',
  '127.0.0.1:8080',
  '127.9.9.9',
  '[::1]:80',
]
const addresses = ['192.168.1.5:8080', '203.0.113.9', '[2001:db8::1]:8080']
const never = [
  'evil.example',
  'localhost.evil.example',
  'x@localhost',
  'a b',
  '[::1',
  '',
  'localhost:8o',
]

const rules = [
  {
    name: 'PUBLIC_URL is a name, the gateway behind a proxy on this machine',
    rule: hostRule({ publicUrl: 'https://talks.example', host: '127.0.0.1' }),
    ours: ['talks.example', 'Talks.Example:443', 'talks.example:8443', ...loopback],
    others: [...addresses, 'www.talks.example', 'talks.example.'],
  },
  {
    name: 'PUBLIC_URL is a name, the gateway open to other machines',
    rule: hostRule({ publicUrl: 'https://talks.example', host: '0.0.0.0' }),
    ours: ['talks.example'],
    others: [...loopback, ...addresses],
  },
  {
    name: 'PUBLIC_URL is on loopback',
    rule: hostRule({ publicUrl: 'http://localhost:8080', host: '0.0.0.0' }),
    ours: loopback,
    others: addresses,
  },
  {
    name: 'PUBLIC_URL is not set, as npm start has it',
    rule: hostRule({ host: '127.0.0.1' }),
    ours: [...loopback, ...addresses],
    others: ['talks.example'],
  },
  {
    name: 'PUBLIC_URL is not set, the gateway open to other machines by a name',
    rule: hostRule({ host: 'forum.lan' }),
    ours: [...loopback, ...addresses, 'forum.lan:8080', 'FORUM.lan'],
    others: ['other.lan'],
  },
]

test.each(rules)('where $name', ({ rule, ours, others }) => {
  expect(ours.filter(host => !rule(host))).toEqual([])
  expect([...others, ...never].filter(host => rule(host))).toEqual([])
})

// The messages of the Users service against the client's generated code, for random users.
import messages from '@eventstore/db-client/generated/users_pb.js'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeUserRequest, userDetails } from './users.ts'
import { MalformedMessage } from './wire.ts'

const text = fc.string({ unit: 'grapheme' })
const aUser = fc.record({
  login: text,
  fullName: text,
  groups: fc.array(text),
  disabled: fc.boolean(),
  changed: fc.integer({ min: 1, max: 4_000_000_000_000 }),
})

test('a request is read as it was written', () => {
  fc.assert(
    fc.property(aUser, text, ({ login, fullName, groups }, password) => {
      const options = new messages.CreateReq.Options()
      options.setLoginName(login)
      options.setPassword(password)
      options.setFullName(fullName)
      options.setGroupsList(groups)
      const request = new messages.CreateReq()
      request.setOptions(options)
      const { login: read, fields } = decodeUserRequest(Buffer.from(request.serializeBinary()))
      expect(read).toBe(login)
      const last = (field: number) => fields.get(field)?.at(-1) ?? ''
      expect([last(2), last(3)]).toEqual([password, fullName])
      expect(fields.get(4) ?? []).toEqual(groups)
    }),
  )
})

test('details are the bytes that generated code would write', () => {
  fc.assert(
    fc.property(aUser, user => {
      const { UserDetails } = messages.DetailsResp
      const changed = new UserDetails.DateTime()
      changed.setTicksSinceEpoch(`${user.changed}0000`)
      const details = new UserDetails()
      details.setLoginName(user.login)
      details.setFullName(user.fullName)
      details.setGroupsList(user.groups)
      details.setLastUpdated(changed)
      details.setDisabled(user.disabled)
      const response = new messages.DetailsResp()
      response.setUserDetails(details)
      const body = userDetails(user).subarray(5)
      expect(body.equals(Buffer.from(response.serializeBinary()))).toBe(true)
    }),
  )
})

test('no options are an empty name, and half a message is none', () => {
  expect(decodeUserRequest(Buffer.alloc(0)).login).toBe('')
  expect(() => decodeUserRequest(Buffer.from('0a05', 'hex'))).toThrow(MalformedMessage)
})

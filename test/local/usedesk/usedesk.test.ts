import { join } from 'node:path'
import { afterEach, describe, expect, test } from '@jest/globals'
import { eventually, temporaryFolder } from '../support.ts'
import { call, control, everything, openTicket, upload } from './support.ts'

const all = everything()
afterEach(() => all.stop())

const picture = new File([Buffer.from('GIF89a')], 'order.gif', { type: 'image/gif' })

describe('a ticket', () => {
  test('opens with its tags, gets comments of both kinds with files, changes, and is read whole', async () => {
    const usedesk = await all.usedesk({ now: () => new Date('2026-12-17T14:07:33.000Z') })
    const id = await openTicket(usedesk, { tag: 'Twitter: Mention, vip', additional_id: 't-1', status: 1 })
    const comment = { ticket_id: String(id), message: 'It is &lt;late&gt;', from: 'client', type: 'public' }
    expect(await upload(usedesk, 'create/comment', comment, [['files[]', picture]])).toEqual({ status: 'success' })
    await call(usedesk, 'create/comment', { ticket_id: id, message: 'X refused the reply.' })
    expect((await call(usedesk, 'uapi/update/ticket', { ticket_id: id, status: 2, tag: 'late' })).body).toEqual({
      status: 'success',
    })

    const { body } = await call(usedesk, 'ticket', { ticket_id: id })
    expect(body.ticket).toMatchObject({
      id,
      status_id: 2,
      subject: 'Where is my order?',
      additional_id: 't-1',
      published_at: '2026-12-17 14:07:33',
    })
    expect(body.tags).toEqual(['Twitter: Mention', 'vip', 'late'])
    expect(body.comments).toMatchObject([
      { message: 'Where is my order?', from: 'client', type: 'public', user_id: null, files: [] },
      { message: 'It is &lt;late&gt;', from: 'client', type: 'public', files: [{ name: 'order.gif' }] },
      { message: 'X refused the reply.', from: 'user', type: 'private', user_id: 545, files: [] },
    ])
    const file = await fetch(body.comments[1].files[0].file)
    expect([file.headers.get('content-type'), await file.text()]).toEqual(['image/gif', 'GIF89a'])
    expect(usedesk.control.violations()).toEqual([])
  })

  test('is found in the list, newest first, by tag, status and time; by its other id only where lists have it', async () => {
    let now = '2026-12-17T14:00:00.000Z'
    const usedesk = await all.usedesk({ now: () => new Date(now) })
    const first = await openTicket(usedesk, { tag: 'Twitter:Direct', additional_id: 't-1' })
    now = '2026-12-18T14:00:00.000Z'
    const second = await openTicket(usedesk, { tag: 'Twitter: Mention', additional_id: 't-2' })
    const ids = async (filter: Record<string, unknown>) =>
      (await call(usedesk, 'tickets', filter)).body.map((one: { id: number }) => one.id)
    expect(await ids({})).toEqual([second, first])
    expect(await ids({ tag: 'Twitter:Direct' })).toEqual([first])
    expect(await ids({ fstatus: '1,2' })).toEqual([])
    expect(await ids({ created_after: '2026-12-18 00:00' })).toEqual([second])
    expect(await ids({ updated_before: '2026-12-18' })).toEqual([first])
    expect(await ids({ offset: 1 })).toEqual([first])
    expect((await call(usedesk, 'tickets')).body[0]).toHaveProperty('additional_id', 't-2')
    usedesk.control.settings({ additionalIdInLists: false })
    expect((await call(usedesk, 'tickets')).body[0]).not.toHaveProperty('additional_id')
  })

  test('is that of a known client by id or address', async () => {
    const usedesk = await all.usedesk()
    await openTicket(usedesk)
    const clientId = usedesk.control.tickets()[0]?.clientId
    await openTicket(usedesk, { client_id: clientId })
    await openTicket(usedesk, { client_id: undefined, client_email: 'mia@example.com' })
    await openTicket(usedesk, { client_id: undefined, client_email: 'mia@example.com' })
    const [a, b, c, d] = usedesk.control.tickets().map((one) => one.clientId)
    expect([a === b, b === c, c === d]).toEqual([true, false, true])
  })
})

describe('a call that does not keep to the documentation is refused with 200, and remembered', () => {
  test.each<[string, string, Record<string, unknown>]>([
    ['api_token: is missing', 'create/ticket', { api_token: undefined }],
    ['message: is empty', 'create/ticket', { subject: 'a', message: ' ', client_id: 'new_client' }],
    ['message: is longer than 65535 bytes', 'create/ticket', { subject: 'a', message: 'é'.repeat(32_768) }],
    ['client_id or client_email: is missing', 'create/ticket', { subject: 'a', message: 'b' }],
    ['status: is none of the statuses 1 to 10', 'update/ticket', { ticket_id: 1, status: 11 }],
    ['ticket_id: is no number', 'create/comment', { ticket_id: 't-1', message: 'a' }],
    ['user_id: is needed with from=user', 'create/comment', { ticket_id: 1, message: 'a', from: 'user' }],
    ['Unrecognized key: "idempotency_key"', 'create/comment', { ticket_id: 1, message: 'a', idempotency_key: 'b' }],
    ['tags: no text or number', 'update/ticket', { ticket_id: 1, tags: ['a'] }],
  ])('%s', async (problem, path, parameters) => {
    const usedesk = await all.usedesk()
    expect(await call(usedesk, path, parameters)).toEqual({ status: 200, body: { error: problem } })
    expect(usedesk.control.violations()).toEqual([{ at: expect.any(String), call: path, problem }])
    expect(usedesk.control.tickets()).toEqual([])
  })

  test('files of another name or of another call, another method, an unknown call', async () => {
    const usedesk = await all.usedesk()
    const id = await openTicket(usedesk)
    const comment = { ticket_id: String(id), message: 'a' }
    expect(await upload(usedesk, 'create/comment', comment, [['files', picture]])).toEqual({
      error: 'files: the name of each file is files[]',
    })
    expect(await upload(usedesk, 'update/ticket', { ticket_id: String(id) }, [['files[]', picture]])).toEqual({
      error: 'files: this call takes none',
    })
    expect(await (await fetch(`${usedesk.url}/ticket?api_token=${usedesk.token}`)).json()).toHaveProperty('error')
    expect((await call(usedesk, 'create/message')).status).toBe(404)
    expect(usedesk.control.violations()).toHaveLength(4)
  })

  test('a wrong token and what is not there are refused without being a violation', async () => {
    const usedesk = await all.usedesk()
    expect((await call(usedesk, 'ticket', { api_token: 'other', ticket_id: 1 })).body).toEqual({
      error: 'api_token: is wrong',
    })
    expect((await call(usedesk, 'ticket', { ticket_id: 1 })).body).toEqual({
      error: 'ticket_id: there is no such ticket',
    })
    expect(usedesk.control.violations()).toEqual([])
    expect(usedesk.control.calls().map(({ outcome }) => outcome)).toEqual(['refused', 'refused'])
  })
})

describe('limits', () => {
  test('calls must be 400 ms apart and at most 150 in a minute', async () => {
    let now = 0
    const usedesk = await all.usedesk({ now: () => new Date(now) })
    usedesk.control.settings({ gapMs: 400 })
    const status = async () => (await call(usedesk, 'tickets')).status
    expect([await status(), await status()]).toEqual([200, 429])
    now = 400
    expect(await status()).toBe(200)
    usedesk.control.settings({ callsPerMinute: 2, gapMs: 0, limitAnswer: 'error' })
    expect(await call(usedesk, 'tickets')).toEqual({ status: 200, body: { error: 'Too many requests' } })
    now = 60_000
    expect((await call(usedesk, 'tickets')).body).toEqual([])
  })
})

describe('an ordered fault', () => {
  test('fails, answers 200 with an error inside, is late, or loses the answer after executing', async () => {
    const usedesk = await all.usedesk()
    const id = await openTicket(usedesk)
    const comment = () =>
      call(usedesk, 'create/comment', { ticket_id: id, message: 'a', from: 'client', type: 'public' })
    const comments = () => usedesk.control.tickets()[0]?.comments.length
    usedesk.control.fault({ kind: 'fail', status: 503 })
    expect([(await comment()).status, comments()]).toEqual([503, 1])
    await control(usedesk, 'POST', 'faults', { kind: 'error', call: 'create/comment' })
    await call(usedesk, 'tickets')
    expect([await comment(), comments()]).toEqual([{ status: 200, body: { error: 'Something went wrong' } }, 1])
    usedesk.control.fault({ kind: 'slow', delayMs: 1 })
    expect([(await comment()).body, comments()]).toEqual([{ status: 'success' }, 2])
    usedesk.control.fault({ kind: 'lost' })
    await expect(comment()).rejects.toThrow()
    expect(comments()).toBe(3)
    expect(usedesk.control.calls().map(({ outcome }) => outcome)).toEqual([
      'done',
      'failed',
      'done',
      'failed',
      'done',
      'lost',
    ])
    expect(usedesk.control.faults()).toEqual([])
  })
})

describe('events', () => {
  test('tell of the ticket, its comments and changes, those of the API too, in order, with the secret', async () => {
    const receiver = await all.receiver()
    const usedesk = await all.usedesk({ redirectUrl: receiver.url })
    const id = await openTicket(usedesk)
    usedesk.control.settings({ secretIs: 'app-id' })
    const written = usedesk.control.comment({
      ticketId: id,
      text: 'It is <here>.\nBye\n\nAnna',
      type: 'public',
      files: [{ name: 'order.gif', contentType: 'image/gif', bytes: Buffer.from('GIF89a') }],
    })
    usedesk.control.change(id, { status: 2 })
    usedesk.control.change(id, { status: 2 })
    await eventually('four events', () => receiver.bodies.length >= 4)
    const [ticket, first, comment, change] = receiver.bodies
    expect(ticket).toMatchObject({
      secret: usedesk.token,
      ticket: { id: String(id), status_id: '8', message: 'Where is my order?' },
    })
    expect(first.comment).toMatchObject({ is_first: 1, from: 'client', type: 'public', ticket_id: id })
    expect(comment).toMatchObject({
      secret: '3078',
      comment: {
        id: written.id,
        message: '<p>It is &lt;here&gt;.<br>Bye</p><p>Anna</p>',
        from: 'user',
        user_id: 545,
        is_first: 0,
        files: [{ name: 'order.gif' }],
      },
      client: { name: 'Mia Kurz' },
    })
    expect(await (await fetch(comment.comment.files[0].file)).text()).toBe('GIF89a')
    expect(change).toMatchObject({
      ticket_id: id,
      old_status: 8,
      new_status: 2,
      data: [{ target: 'status', value: 2, old_value: 8 }],
    })
    expect(usedesk.control.deliveries().map(({ event, byApi }) => [event, byApi])).toEqual([
      ['ticket', true],
      ['comment', true],
      ['comment', false],
      ['change', false],
    ])
  })

  test('are not repeated when they are refused, but sent once more when asked', async () => {
    const receiver = await all.receiver()
    const usedesk = await all.usedesk({ redirectUrl: receiver.url })
    receiver.status = 503
    await openTicket(usedesk)
    await eventually('both answers', () => usedesk.control.deliveries().every(({ status }) => status === 'failed'))
    expect(receiver.bodies).toHaveLength(2)
    receiver.status = 200
    const [first] = usedesk.control.deliveries()
    await control(usedesk, 'POST', `deliveries/${first?.id}`)
    await eventually('the repetition', () => first?.status === 'delivered')
    expect(receiver.bodies).toHaveLength(3)
  })
})

describe('the state', () => {
  test('survives a kill, with files and with events that had no answer yet', async () => {
    const folder = temporaryFolder()
    const receiver = await all.receiver()
    try {
      const dataFile = join(folder.path, 'usedesk.json')
      const before = await all.usedesk({ dataFile })
      const id = await openTicket(before)
      await upload(before, 'create/comment', { ticket_id: String(id), message: 'a' }, [['files[]', picture]])
      // Nothing is stopped: the second one reads what the first one has written.
      const after = await all.usedesk({ dataFile })
      expect(after.control.tickets()).toEqual(before.control.tickets())
      const { body } = await call(after, 'ticket', { ticket_id: id })
      expect(await (await fetch(body.comments[1].files[0].file)).text()).toBe('GIF89a')
      expect(await openTicket(after)).toBeGreaterThan(id)

      const answers = Promise.withResolvers<void>()
      receiver.gate = answers.promise
      after.control.settings({ redirectUrl: receiver.url })
      await openTicket(after)
      await eventually('the first event', () => receiver.bodies.length === 1)
      const moved = await all.receiver()
      const last = await all.usedesk({ dataFile, redirectUrl: moved.url })
      await eventually('both at the new address', () => moved.bodies.length === 2)
      answers.resolve()
      await eventually('both', () => last.control.deliveries().every(({ status }) => status === 'delivered'))
    } finally {
      folder.remove()
    }
  })
})

describe('control calls', () => {
  test('need JSON from this machine, and name what is wrong', async () => {
    const usedesk = await all.usedesk()
    const form = await fetch(`${usedesk.url}/_usedesk/comments`, {
      method: 'POST',
      body: new URLSearchParams({ a: 'b' }),
    })
    expect(form.status).toBe(403)
    const foreign = await fetch(`${usedesk.url}/_usedesk/tickets`, { headers: { origin: 'https://example.com' } })
    expect(foreign.status).toBe(403)
    expect(await control(usedesk, 'POST', 'comments', { ticketId: 1, text: 'a', type: 'public' })).toEqual({
      status: 400,
      body: { error: 'There is no ticket 1.' },
    })
    expect((await control(usedesk, 'POST', 'settings', { redirectUrl: 'ftp://a' })).body.error).toContain('redirectUrl')
    expect((await control(usedesk, 'GET', 'nothing')).status).toBe(404)
    expect((await control(usedesk, 'POST', 'settings', { tagUpdates: 'replace' })).body.tagUpdates).toBe('replace')
  })
})

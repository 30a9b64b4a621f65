import { expect, test } from '@jest/globals'
import type { Setup } from '../../client/src/calls.ts'
import { eventually } from '../local/support.ts'
import { productForTests, runScript } from '../support/product.ts'

const product = productForTests()
const shop = { id: '1480000000000000001', username: 'demo_shop' }
const doctor = (...args: string[]) => runScript('operate/doctor.ts', args, { DATA_DIR: product.dataDir })
const setup = () => product.admin.call('GET /api/setup')
const statesIn = ({ checks }: Setup) => Object.fromEntries(checks.map(({ step, is }) => [step, is]))

test('before the first channel, doctor and the API say the same: what is done, what is missing, what nobody can know yet', async () => {
  const state = await setup()
  expect(statesIn(state)).toEqual({
    keys: 'done',
    callback: 'done',
    webhook: 'missing',
    mail: 'done',
    channel: 'missing',
    permissions: 'not_known',
    message: 'missing',
  })
  const { code, output } = await doctor()
  expect(code).toBe(1)
  for (const { what, found, todo } of state.checks) {
    expect(output).toContain(what)
    expect(output).toContain(found)
    if (todo !== null) expect(output).toContain(`To do: ${todo}`)
  }
  expect(output).toContain(`Callback address: ${product.url}/api/channels/twitter/callback`)
  expect(output).toContain(`Webhook address:  ${product.url}/webhooks/twitter`)
  expect(output).toContain('3 of 7 steps are done, 3 missing, 1 not known.')
})

test('looking registers nothing at X, and shows no secret', async () => {
  expect((await product.onX<{ webhooks: unknown[] }>('GET', 'webhooks')).webhooks).toEqual([])
  const { output } = await doctor()
  expect(output).not.toMatch(/journey-consumer-secret|local-consumer-key/)
  expect(JSON.stringify(await setup())).not.toMatch(/journey-consumer-secret|local-consumer-key/)
})

test('a callback address that X does not know is named', async () => {
  await product.onX('POST', 'settings', { approvedCallbacks: ['https://elsewhere.example.com/callback'] })
  const { code, output } = await doctor()
  expect(code).toBe(1)
  expect(output).toContain(`X does not know ${product.url}/api/channels/twitter/callback.`)
  await product.onX('POST', 'settings', { approvedCallbacks: null })
})

test('an X that does not answer says nothing of the setup', async () => {
  for (const path of ['/oauth2/token', '/oauth/request_token'])
    await product.onX('POST', 'answers', { method: 'POST', path, status: 503, body: {}, times: 2 })
  const { output } = await doctor()
  expect(output).toMatch(/not known {2}Keys of the X app\n.*X could not be asked \(503/)
  expect(output).toMatch(/not known {2}Callback address/)
  await product.onX('DELETE', 'answers')
})

test('with an account connected and a message in, nothing is missing', async () => {
  expect(await product.connectByOAuth(shop)).toBe('/channels/twitter-1480000000000000001')
  await product.onX('POST', 'direct-messages', { from: 'demo_customer', to: 'demo_shop', text: 'Hello' })
  await eventually('the ticket', async () => (await product.tickets()).length === 1)
  const { code, output } = await doctor()
  expect(output).toContain('7 of 7 steps are done')
  expect(output).toContain('@demo_shop is connected.')
  expect(code).toBe(0)
  expect(new Set(Object.values(statesIn(await setup())))).toEqual(new Set(['done']))
})

test('a wrong argument and a machine without the product are told with what to do', async () => {
  expect(await doctor('--stakc', 'x')).toMatchObject({
    code: 2,
    output: expect.stringContaining('npm run doctor -- --stack NAME'),
  })
  expect(await runScript('operate/doctor.ts', [], { DATA_DIR: '/nonexistent' })).toMatchObject({
    code: 2,
    output: expect.stringContaining('Run «npm start» first'),
  })
})

import { resolve } from 'node:path'
import { expect, test } from '@jest/globals'
import { readSettings } from '../../local/settings.ts'

test('an empty environment is enough', () => {
  expect(readSettings({ X_CONSUMER_SECRET: '' })).toEqual({
    port: 3000,
    xPort: 3001,
    dataDir: resolve('.local'),
    publicUrl: undefined,
    xApiUrl: undefined,
    eventSource: 'account-activity',
    consumerKey: 'local-consumer-key',
    consumerSecret: 'local-consumer-secret',
    consumerSecretPrevious: undefined,
    awsEndpoints: { dynamodb: undefined, sqs: undefined },
  })
})

test('everything can be set', () => {
  const settings = readSettings({
    PORT: '0',
    X_PORT: '4001',
    DATA_DIR: '/data',
    PUBLIC_URL: 'https://helpdesk.example.com/',
    X_API_URL: 'https://api.x.com/',
    EVENT_SOURCE: 'x-activity',
    X_CONSUMER_KEY: 'key',
    X_CONSUMER_SECRET: 'secret',
    X_CONSUMER_SECRET_PREVIOUS: 'before',
    AWS_ENDPOINT_URL_DYNAMODB: 'http://localhost:8000',
    AWS_ENDPOINT_URL_SQS: 'http://localhost:9324',
  })
  expect(settings).toEqual({
    port: 0,
    xPort: 4001,
    dataDir: '/data',
    publicUrl: 'https://helpdesk.example.com',
    xApiUrl: 'https://api.x.com',
    eventSource: 'x-activity',
    consumerKey: 'key',
    consumerSecret: 'secret',
    consumerSecretPrevious: 'before',
    awsEndpoints: { dynamodb: 'http://localhost:8000', sqs: 'http://localhost:9324' },
  })
})

test.each([
  ['PORT', 'abc'],
  ['PORT', '65536'],
  ['PORT', '-1'],
  ['PORT', '80.5'],
  ['X_PORT', 'x'],
  ['PUBLIC_URL', 'helpdesk.example.com'],
  ['X_API_URL', 'api.x.com'],
  ['EVENT_SOURCE', 'webhooks'],
  ['EVENT_SOURCE', 'Account-Activity'],
  ['AWS_ENDPOINT_URL_DYNAMODB', 'localhost:8000'],
  ['AWS_ENDPOINT_URL_SQS', 'sqs'],
])('%s=%s is refused in a sentence that names it', (name, value) => {
  expect(() => readSettings({ [name]: value })).toThrow(new RegExp(`^${name} must be .*«${value}»\\.$`))
})

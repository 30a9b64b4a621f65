import { resolve } from 'node:path'
import { expect, test } from '@jest/globals'
import { readSettings } from '../../local/settings.ts'

test('an empty environment gives the defaults', () => {
  expect(readSettings({ X_CONSUMER_SECRET: '' })).toEqual({
    port: 3000,
    xPort: 3001,
    mailPort: 3002,
    usedeskPort: undefined,
    dataDir: resolve('.local'),
    publicUrl: undefined,
    xApiUrl: undefined,
    eventSource: 'x-activity',
    tableName: 'helpdesk-twitter',
    mentionsPollMinutes: 2,
    deletionHoldHours: 24,
    lookupsPerCustomer: 200,
    megabytesPerCustomer: 1024,
    localEndpoints: true,
    consumerKey: 'local-consumer-key',
    consumerSecret: 'local-consumer-secret',
    consumerSecretPrevious: undefined,
    administrators: ['admin@example.com'],
    mailFrom: 'helpdesk@example.com',
    search: 'on',
    corsOrigins: [],
    usedesk: undefined,
    auditDays: 365,
    machineClients: undefined,
    awsEndpoints: { dynamodb: undefined, sqs: undefined, s3: undefined, ses: undefined },
  })
})

test('every setting can be set', () => {
  const settings = readSettings({
    PORT: '0',
    X_PORT: '4001',
    MAIL_PORT: '4002',
    USEDESK: 'local',
    USEDESK_PORT: '4003',
    DATA_DIR: '/data',
    PUBLIC_URL: 'https://helpdesk.example.com/',
    X_API_URL: 'https://api.x.com/',
    EVENT_SOURCE: 'x-activity',
    MENTIONS_POLL_MINUTES: '15',
    DELETION_HOLD_HOURS: '48',
    LOOKUPS_PER_CUSTOMER: '0',
    MEGABYTES_PER_CUSTOMER: '30',
    LOCAL_ENDPOINTS: 'refused',
    X_CONSUMER_KEY: 'key',
    X_CONSUMER_SECRET: 'secret',
    X_CONSUMER_SECRET_PREVIOUS: 'before',
    ADMINISTRATORS: 'first@example.com, second@example.com',
    MAIL_FROM: 'support@example.com',
    SEARCH: 'off',
    CORS_ORIGINS: 'https://desk.example.com, http://localhost:5173',
    AUDIT_DAYS: '30',
    MACHINE_CLIENTS: 'admin, helpdesk',
    AWS_ENDPOINT_URL_DYNAMODB: 'http://localhost:8000',
    AWS_ENDPOINT_URL_SQS: 'http://localhost:9324',
    AWS_ENDPOINT_URL_S3: 'http://localhost:9000',
    AWS_ENDPOINT_URL_SES: 'http://localhost:8005/',
  })
  expect(settings).toEqual({
    port: 0,
    xPort: 4001,
    mailPort: 4002,
    usedeskPort: 4003,
    dataDir: '/data',
    publicUrl: 'https://helpdesk.example.com',
    xApiUrl: 'https://api.x.com',
    eventSource: 'x-activity',
    tableName: 'helpdesk-twitter',
    mentionsPollMinutes: 15,
    deletionHoldHours: 48,
    lookupsPerCustomer: 0,
    megabytesPerCustomer: 30,
    localEndpoints: false,
    consumerKey: 'key',
    consumerSecret: 'secret',
    consumerSecretPrevious: 'before',
    administrators: ['first@example.com', 'second@example.com'],
    mailFrom: 'support@example.com',
    search: 'off',
    corsOrigins: ['https://desk.example.com', 'http://localhost:5173'],
    usedesk: undefined,
    auditDays: 30,
    machineClients: ['helpdesk', 'admin'],
    awsEndpoints: {
      dynamodb: 'http://localhost:8000',
      sqs: 'http://localhost:9324',
      s3: 'http://localhost:9000',
      ses: 'http://localhost:8005',
    },
  })
})

test.each([
  ['PORT', 'abc'],
  ['PORT', '65536'],
  ['PORT', '-1'],
  ['PORT', '80.5'],
  ['X_PORT', 'x'],
  ['MAIL_PORT', '70000'],
  ['USEDESK', 'remote'],
  ['PUBLIC_URL', 'helpdesk.example.com'],
  ['X_API_URL', 'api.x.com'],
  ['EVENT_SOURCE', 'webhooks'],
  ['EVENT_SOURCE', 'Account-Activity'],
  ['LOCAL_ENDPOINTS', 'yes'],
  ['SEARCH', 'yes'],
  ['MENTIONS_POLL_MINUTES', '0'],
  ['MENTIONS_POLL_MINUTES', '61'],
  ['MENTIONS_POLL_MINUTES', '1.5'],
  ['MENTIONS_POLL_MINUTES', 'often'],
  ['DELETION_HOLD_HOURS', '721'],
  ['DELETION_HOLD_HOURS', 'a day'],
  ['LOOKUPS_PER_CUSTOMER', '1000001'],
  ['MEGABYTES_PER_CUSTOMER', 'much'],
  ['AWS_ENDPOINT_URL_DYNAMODB', 'localhost:8000'],
  ['ADMINISTRATORS', 'admin'],
  ['MACHINE_CLIENTS', 'helpdesk,root'],
  ['AUDIT_DAYS', '0'],
  ['AUDIT_DAYS', '3651'],
  ['ADMINISTRATORS', 'admin@example.com, second'],
  ['ADMINISTRATORS', 'admin@example.com second@example.com'],
  ['ADMINISTRATORS', 'admin@example.com,'],
  ['MAIL_FROM', 'helpdesk'],
  ['MAIL_FROM', 'one@example.com,two@example.com'],
  ['MAIL_FROM', 'Helpdesk <helpdesk@example.com>'],
  ['AWS_ENDPOINT_URL_SQS', 'sqs'],
  ['AWS_ENDPOINT_URL_SES', 'localhost:8005'],
])('%s=%s is refused with an error that names it', (name, value) => {
  expect(() => readSettings({ [name]: value })).toThrow(new RegExp(`^${name} must be .*«${value}»\\.$`))
})

test('Usedesk needs a token and a secret with its address', () => {
  const all = { USEDESK_API_URL: 'http://localhost:4000/', USEDESK_API_TOKEN: 't', USEDESK_WEBHOOK_SECRET: 's' }
  expect(readSettings(all).usedesk).toEqual({ apiUrl: 'http://localhost:4000', apiToken: 't', webhookSecret: 's' })
  expect(readSettings({ USEDESK_API_TOKEN: 't' }).usedesk).toBeUndefined()
  for (const name of ['USEDESK_API_TOKEN', 'USEDESK_WEBHOOK_SECRET']) {
    expect(() => readSettings({ ...all, [name]: '' })).toThrow(`${name} is missing`)
  }
  expect(() => readSettings({ ...all, USEDESK_API_URL: 'usedesk' })).toThrow('USEDESK_API_URL must be an http')
})

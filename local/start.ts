import { paths } from '../lambdas/core/api/paths.ts'
import { endOf } from '../lambdas/core/x/event-source.ts'
import { type MachineName, type PersonName, people } from './identity/clients.ts'
import { readSettings } from './settings.ts'
import { type Stack, startStack } from './stack.ts'
import { UserError } from './user-error.ts'

// Lambda runs in UTC. A handler must not see the time zone of this machine.
process.env.TZ = 'UTC'

let stack: Stack | undefined
let ending = false

/** Stops everything that was started and exits. If the start is still in progress, waits for it first. */
async function end(code: number): Promise<void> {
  if (ending) return
  ending = true
  await starting.catch(() => {})
  await stack?.stop()
  process.exit(code)
}

const fail = (error: unknown) => {
  console.error(error instanceof UserError ? error.message : error)
  void end(1)
}

async function start(): Promise<void> {
  const began = performance.now()
  const settings = readSettings(process.env)
  stack = await startStack({
    ...settings,
    onProgress: (text) => console.log(`  ${text}`),
    onLog: (entry) => console.log(JSON.stringify(entry)),
    onWarning: (sentence) => {
      if (!ending) console.error(sentence)
    },
    onFatal: (sentence) => {
      if (!ending) fail(new UserError(sentence))
    },
  })
  if (!ending) console.log(welcome(stack, settings, performance.now() - began))
}

function welcome(
  { url, publicUrl, consoleUrl, secrets, machineClients, endpoints, x, usedesk, mail }: Stack,
  {
    dataDir,
    xApiUrl,
    consumerKey,
    consumerSecret,
    administrators,
    mailFrom,
    eventSource,
  }: ReturnType<typeof readSettings>,
  ms: number,
): string {
  const end = endOf(eventSource)
  const { of, file, areNew } = secrets
  // Secrets that are not public are printed once.
  const isShown = !file || areNew
  const names = (Object.keys(people) as PersonName[]).map((name) => (isShown ? `${name} (password ${of[name]})` : name))
  const machine = (name: MachineName) => `${name}:${isShown ? of[name] : 'SECRET'}`
  const mayCall = { admin: 'may call everything', helpdesk: 'may call what concerns tickets' } as const
  const first = machineClients.includes('admin') ? 'admin' : machineClients[0]
  const where = file && `passwords and secrets are in ${file}${areNew ? '; they are not printed again' : ''}\n`
  return `
Ready after ${(ms / 1000).toFixed(1)} s.

  Console   ${consoleUrl}
            sign in as ${names.join(', ')}
${where ? `            ${where}` : ''}\
  API       ${url}/api/openapi.json
  Webhook   ${publicUrl}${paths.webhook}
  X         ${x ? `${x.url} (simulated)` : `${xApiUrl} (from X_API_URL; the simulator is off)`}
            consumer key ${consumerKey}, consumer secret ${shown(consumerSecret, !file)}
${x ? '            Open it in a browser to write as a customer.\n' : ''}\
${usedesk ? `  Usedesk   ${usedesk.url} (a stand-in; open it to be the agent in Usedesk)\n            token ${usedesk.token}\n` : ''}\
  Mail      ${mail ? `${mail.url} (a mailbox; /store has it as JSON)` : `${endpoints.ses} (from AWS_ENDPOINT_URL_SES; the mailbox is off)`}
            to ${administrators.join(', ')}, from ${mailFrom}
  Token     ${first ? `curl -s -u ${machine(first)} -d grant_type=client_credentials ${url}/oauth2/token` : 'for people only'}
${first ? `            (${machineClients.map((name) => `${machine(name)} ${mayCall[name]}`).join(', ')})\n` : ''}\
  DynamoDB  ${endpoints.dynamodb}
  SQS       ${endpoints.sqs}
  S3        ${endpoints.s3}
  Data      ${dataDir}

${end ? `${end}\n\n` : ''}What to try first: README.md.
End with Ctrl-C.
`
}

/** The default secret is public. A secret that somebody set is never printed. */
function shown(secret: string, onlyHere: boolean): string {
  if (process.env.X_CONSUMER_SECRET) return 'from X_CONSUMER_SECRET'
  return onlyHere ? secret : `${secret} (everybody can sign deliveries with it: set X_CONSUMER_SECRET)`
}

// The reader of the output is gone, as in «npm start | head».
process.stdout.on('error', () => void end(0))
// npm starts this process through a shell that does not pass signals on. So watch whether that parent is still there.
const parent = process.ppid
const parentCheckMs = 200
if (process.env.npm_lifecycle_event) setInterval(() => process.ppid !== parent && void end(0), parentCheckMs).unref()
process.on('SIGINT', () => void end(0))
process.on('SIGTERM', () => void end(0))
const starting = start()
starting.catch(fail)

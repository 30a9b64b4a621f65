import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { App } from 'aws-cdk-lib'
import { bundleHandlers } from '../build/bundle.ts'
import { consoleFiles } from '../build/console.ts'
import { addChecks } from '../lib/checks.ts'
import { FirewallStack } from '../lib/firewall.ts'
import { HelpdeskTwitterStack } from '../lib/helpdesk-twitter-stack.ts'
import { readSettings } from '../lib/settings.ts'

const app = new App()
addChecks(app)

const settings = readSettings(app.node)
const { stackName, firewallRequests: requests } = settings
if (requests > 0) new FirewallStack(app, 'Firewall', { stackName, requests })

// CDK copies the bundles into cdk.out and names them by content hash, so a temporary folder is enough.
const folder = mkdtempSync(join(tmpdir(), 'helpdesk-twitter-'))
try {
  new HelpdeskTwitterStack(app, 'HelpdeskTwitter', {
    settings,
    bundles: await bundleHandlers(folder),
    console: await consoleFiles(() => console.error('Building the console …')),
  })
} finally {
  rmSync(folder, { recursive: true })
}

/** A process of the harness: the stack of `npm start`, over the services behind faulty proxies. */
import { join } from 'node:path'
import { type QueueName, type QueueResource, queues } from '../../lambdas/runtime/resources.ts'
import { prepareStream } from '../../local/aws/database.ts'
import { bundle } from '../../local/build.ts'
import { readSettings } from '../../local/settings.ts'
import { startStack } from '../../local/stack.ts'
import { crashingBundles } from './crashing.ts'
import { bundleMutant, type MutantName } from './mutants.ts'

/** The messages of a killed worker come again after this time, not after the minutes of the manifest. */
const visibilitySeconds = 10

if (import.meta.main) {
  const settings = readSettings(process.env)
  const mutant = (process.env.CHAOS_MUTANT ?? '') as MutantName | ''
  const own = await bundle(join(settings.dataDir, 'functions'))
  const mutated = mutant ? await bundleMutant(mutant, join(settings.dataDir, 'mutant')) : {}
  const folders = crashingBundles({ ...own, ...mutated }, join(settings.dataDir, 'crashing'))
  const figures = Object.entries(queues).map(([name, queue]) => [name, { ...queue, visibilitySeconds }])
  await startStack({
    ...settings,
    folders,
    queueFigures: Object.fromEntries(figures) as Record<QueueName, QueueResource>,
    onLog: (line) => console.log(JSON.stringify(line)),
    onWarning: (sentence) => console.log(JSON.stringify({ warning: sentence })),
    onFatal: (sentence) => {
      throw new Error(sentence)
    },
  })
  // The stack does this for a database of its own only: without it each write reads all records of the stream.
  prepareStream(settings.dataDir)
  // The harness is gone.
  process.on('disconnect', () => process.exit())
  process.send?.('ready')
}

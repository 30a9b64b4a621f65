/**
 * `npm run bench one-machine`: how many deliveries a second one machine accepts and turns into messages, the time of an
 * answer at shares of that rate, and the memory. Asks for every message that was acknowledged.
 */
import { type Latency, measureRate, type RateFigures, SHARES } from './rate.ts'
import { chart, type Options, type Row, type Section } from './section.ts'
import { type Spread, spreadOf, spreadText } from './statistics.ts'

/** Each run floods a fresh installation, so three take some minutes. */
const RUNS = 3
const SECONDS = 20
const CONCURRENCY = 32
const WARM_UP_SECONDS = 10

/** @throws Error when the product does not start or does not drain */
export async function oneMachine({ onProgress }: Options): Promise<Section> {
  const runs: RateFigures[] = []
  while (runs.length < RUNS) {
    onProgress(`one machine: ${runs.length + 1} of ${RUNS}`)
    const options = { warmUpSeconds: WARM_UP_SECONDS, seconds: SECONDS, concurrency: CONCURRENCY, onProgress }
    runs.push(await measureRate(options))
  }
  return sectionOf(runs)
}

/** The section of some runs. */
export function sectionOf(runs: readonly RateFigures[]): Section {
  const of = (figure: (run: RateFigures) => number) => spreadOf(runs.map(figure))
  const at = (share: (typeof SHARES)[number], figure: (latency: Latency) => number) =>
    of((run) => figure(run.latencies[SHARES.indexOf(share)] as Latency))
  const rates = SHARES.map((share) => Math.round(at(share, ({ perSecond }) => perSecond).median))
  const grown = of((run) => run.residentMb.end - run.residentMb.before)
  const total = (figure: (run: RateFigures) => number) => runs.map(figure).reduce((sum, one) => sum + one, 0)
  return {
    rows: [
      atLeast(
        'deliveries accepted',
        of((run) => run.acceptedPerSecond),
        500,
      ),
      atLeast(
        'messages in tickets',
        of((run) => run.messagesPerSecond),
        400,
      ),
      row(
        'an answer at half that rate, 99 of 100',
        at(0.5, ({ p99Ms }) => p99Ms),
        'ms',
        200,
      ),
      row(
        'an answer at half that rate, half of them',
        at(0.5, ({ p50Ms }) => p50Ms),
        'ms',
      ),
      row(
        'processor time of a message, all processes',
        of((run) => run.cpuMsPerMessage),
        'ms',
      ),
      row(
        'memory at the end, all processes',
        of((run) => run.residentMb.end),
        'MB',
      ),
      row('memory grown since the warm-up', grown, 'MB'),
      {
        name: 'messages acknowledged, but missing or doubled',
        figure: `${total(({ missing, doubled }) => missing + doubled)} of ${total((run) => run.acknowledged)}`,
        goal: '0',
        isMet: total(({ missing, doubled }) => missing + doubled) === 0,
        remark: `${total((run) => run.refused)} were not accepted.`,
      },
    ],
    blocks: [
      `Runs with data of their own: ${runs.length}. The chart has the time of an answer at ${SHARES.map((share) => `${share * 100} %`).join(', ')} of the rate that is accepted; the upper line is that of 99 of 100.`,
      chart(
        'The time of an answer over the rate',
        { title: 'deliveries a second', values: rates },
        {
          title: 'ms',
          lines: [
            SHARES.map((share) => Math.round(at(share, ({ p99Ms }) => p99Ms).median)),
            SHARES.map((share) => Math.round(at(share, ({ p50Ms }) => p50Ms).median)),
          ],
        },
      ),
    ],
  }
}

function row(name: string, figure: Spread, unit: string, most?: number): Row {
  return {
    name: `one machine: ${name}`,
    figure: `${spreadText(figure, unit === 'ms' ? 1 : 0)} ${unit}`,
    goal: most === undefined ? '' : `${most} ${unit}`,
    isMet: most === undefined ? null : figure.median <= most,
    remark: '',
  }
}

function atLeast(name: string, figure: Spread, least: number): Row {
  return {
    ...row(name, figure, 'a second'),
    goal: `at least ${least}`,
    isMet: figure.median >= least,
  }
}

process.env.AWS_REGION ??= 'us-east-1'

// A property that fails prints its seed. To repeat the run: FC_SEED=<the seed> npm test -- <the file>.
// FC_RUNS=10000 makes each property try so many cases; those over the database stop before their test times out.
const { FC_SEED, FC_RUNS } = process.env
if (FC_SEED || FC_RUNS) {
  const { configureGlobal } = await import('fast-check')
  configureGlobal({
    ...(FC_SEED ? { seed: Number(FC_SEED) } : {}),
    ...(FC_RUNS ? { numRuns: Number(FC_RUNS) } : {}),
  })
}

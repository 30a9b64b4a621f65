/** How many cases a property tries: FC_RUNS, or its usual number where that is not set. */
export const cases = (usual: number) => Number(process.env.FC_RUNS ?? usual)

/** Key numbers side by side, each with its label. */
export function StatTiles({ stats }: { stats: readonly (readonly [label: string, value: number | string])[] }) {
  return (
    <dl class="stat-tiles">
      {stats.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

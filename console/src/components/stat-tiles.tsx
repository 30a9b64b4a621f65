/** Key numbers side by side, each with its label, and perhaps with what it says besides. */
export function StatTiles(props: {
  stats: readonly (readonly [label: string, value: number | string, note?: string | undefined])[]
}) {
  return (
    <dl class="stat-tiles">
      {props.stats.map(([label, value, note]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
          {note && <dd class="note">{note}</dd>}
        </div>
      ))}
    </dl>
  )
}

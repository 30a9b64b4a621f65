/** Figures at a glance. */
export function Tiles({ figures }: { figures: readonly (readonly [label: string, figure: number | string])[] }) {
  return (
    <dl class="tiles">
      {figures.map(([label, figure]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{figure}</dd>
        </div>
      ))}
    </dl>
  )
}

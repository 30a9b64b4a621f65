/** Header row of a table of numbers: the heading of the first column, then one column a number. */
export function TableHead({ heading, columns }: { heading: string; columns: readonly string[] }) {
  return (
    <thead>
      <tr>
        <th scope="col">{heading}</th>
        {columns.map((column) => (
          <th key={column} scope="col" class="number">
            {column}
          </th>
        ))}
      </tr>
    </thead>
  )
}

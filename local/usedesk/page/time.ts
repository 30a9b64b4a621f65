const format = (iso: string, options: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat('en-GB', options).format(new Date(iso))

/** The time of today, else the day. */
export function moment(iso: string): string {
  const isToday = new Date(iso).toDateString() === new Date().toDateString()
  return isToday ? timeOfDay(iso) : format(iso, { day: 'numeric', month: 'short' })
}

export const timeOfDay = (iso: string) => format(iso, { hour: '2-digit', minute: '2-digit', second: '2-digit' })

export const dayAndTime = (iso: string) =>
  format(iso, { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' })

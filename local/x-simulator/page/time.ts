const format = (time: string, options: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat('en-GB', options).format(new Date(time))

export const timeOfDay = (time: string) => format(time, { hour: '2-digit', minute: '2-digit' })

export const timeWithSeconds = (time: string) => format(time, { hour: '2-digit', minute: '2-digit', second: '2-digit' })

export const day = (time: string) => format(time, { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' })

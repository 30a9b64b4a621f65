/** An error as fields of a log line. Our error messages never contain people's texts. */
export function errorFields(error: unknown): { error: string; stack: string | undefined } {
  if (error instanceof Error) return { error: `${error.name}: ${error.message}`, stack: error.stack }
  return { error: String(error), stack: undefined }
}

/**
 * True for a mail address without a display name. It has no character that separates addresses in a list or is a
 * wildcard in an IAM policy, since addresses stand in both.
 */
export function isMailAddress(text: string): boolean {
  return /^[^\s@,;<>*?$]+@[^\s@,;<>*?$]+$/.test(text)
}

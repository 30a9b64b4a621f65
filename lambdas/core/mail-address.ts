/**
 * True for a single address without a display name. It contains nothing that separates addresses or that is a
 * wildcard in an IAM policy.
 */
export const isMailAddress = (text: string): boolean => /^[^\s@,;<>*?$]+@[^\s@,;<>*?$]+$/.test(text)

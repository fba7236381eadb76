/**
 * Policy documents, before they are kept: what the policy engine can read, and not too long. AWS counts characters without
 * white space, and gives documents back percent-encoded.
 *
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
 */
import { MalformedPolicyDocument } from '../../aws/iam-faults.ts'
import { compilePolicyText } from '../../aws/policy/compile.ts'
import { PolicyError } from '../../aws/policy/policy-error.ts'

/** `identity`: says what its owner may do. `trust`: says who may take a role on. Throws `MalformedPolicyDocument`. */
export function checkDocument(document: string, use: 'identity' | 'trust'): void {
  try {
    // Compiled, not only parsed: conditions are read there.
    compilePolicyText(document, use, 'policy')
  } catch (error) {
    if (error instanceof PolicyError) throw new MalformedPolicyDocument(error.message)
    throw error
  }
}

/** As AWS answers it. */
export function encoded(document: string): string {
  // RFC 3986: what encodeURIComponent leaves for JavaScript's own reasons is encoded too.
  return encodeURIComponent(document).replace(
    /[!'()*]/g,
    mark => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

/** What counts against the limits of size. */
export function sizeOf(document: string): number {
  return document.replace(/\s/g, '').length
}

import { type App, Validations } from 'aws-cdk-lib'
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag'

/**
 * Makes synthesis fail on every finding of cdk-nag that is not acknowledged. Acknowledge a finding beside its
 * construct, with the reason: `Validations.of(construct).acknowledge({ id, reason })`.
 */
export function addChecks(app: App): void {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app))
}

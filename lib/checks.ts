import { type App, Validations } from 'aws-cdk-lib'
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag'

/**
 * Lets synthesis of the app fail on any finding against AWS's good practice that is neither mended nor explained.
 * An explanation stands beside the construct that it concerns: `Validations.of(it).acknowledge({ id, reason })`.
 */
export function addChecks(app: App): void {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app))
}

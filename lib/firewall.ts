import { CfnOutput, Stack } from 'aws-cdk-lib'
import { CfnWebACL } from 'aws-cdk-lib/aws-wafv2'
import type { Construct } from 'constructs'

/** A firewall for CloudFront must lie in this region, wherever the product is. */
const region = 'us-east-1'

/**
 * A stack of its own with a firewall that refuses an address that asks too often. Its output goes into the setting
 * `firewallArn`.
 */
export class FirewallStack extends Stack {
  /** @param requests of one address in five minutes */
  constructor(scope: Construct, id: string, { stackName, requests }: { stackName: string; requests: number }) {
    super(scope, id, {
      stackName: `${stackName}Firewall`,
      env: { region },
      description: `The firewall of ${stackName}`,
    })
    const visibility = (metricName: string) => ({
      cloudWatchMetricsEnabled: true,
      metricName: `${stackName}-${metricName}`,
      // Samples would hold addresses and query strings of people.
      sampledRequestsEnabled: false,
    })
    const firewall = new CfnWebACL(this, 'Firewall', {
      scope: 'CLOUDFRONT',
      defaultAction: { allow: {} },
      visibilityConfig: visibility('firewall'),
      rules: [
        {
          name: 'too-often',
          priority: 0,
          // 429, which X takes for «try again»; WAF's own 403 it might take for «never».
          action: { block: { customResponse: { responseCode: 429 } } },
          statement: { rateBasedStatement: { aggregateKeyType: 'IP', limit: requests, evaluationWindowSec: 300 } },
          visibilityConfig: visibility('too-often'),
        },
      ],
    })
    new CfnOutput(this, 'FirewallArn', { value: firewall.attrArn, description: 'Put it into the setting firewallArn' })
  }
}

import { Validations } from 'aws-cdk-lib'
import {
  AllowedMethods,
  type BehaviorOptions,
  CachePolicy,
  Distribution,
  HttpVersion,
  OriginProtocolPolicy,
  OriginRequestPolicy,
  OriginSslPolicy,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront'
import { HttpOrigin } from 'aws-cdk-lib/aws-cloudfront-origins'
import { Construct } from 'constructs'

export type FrontDoorProps = {
  /** The host of the gateway, which answers under `/api` and `/webhooks`. */
  readonly gatewayHost: string
  /** How everything else is answered: with the files of the console. */
  readonly console: BehaviorOptions
}

/**
 * The one address for browsers, the helpdesk and X.
 * There are no error pages of the whole distribution: they would turn a 404 of the API into the console's page.
 */
export class FrontDoor extends Construct {
  /** Without a slash at its end. */
  readonly url: string

  constructor(scope: Construct, id: string, props: FrontDoorProps) {
    super(scope, id)
    const toGateway: BehaviorOptions = {
      origin: new HttpOrigin(props.gatewayHost, {
        protocolPolicy: OriginProtocolPolicy.HTTPS_ONLY,
        originSslProtocols: [OriginSslPolicy.TLS_V1_2],
      }),
      allowedMethods: AllowedMethods.ALLOW_ALL,
      // Not redirected: a token or a signature that was sent in the clear should fail at once, and be noticed.
      viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
      cachePolicy: CachePolicy.CACHING_DISABLED,
      // Query, cookies and Authorization pass. The gateway knows itself by its own host only.
      originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
      compress: false,
    }
    const distribution = new Distribution(this, 'Distribution', {
      comment: 'Console, API and webhook of the Twitter channel',
      httpVersion: HttpVersion.HTTP2_AND_3,
      defaultBehavior: props.console,
      additionalBehaviors: { '/api/*': toGateway, '/webhooks/*': toGateway },
    })
    this.url = `https://${distribution.distributionDomainName}`
    Validations.of(distribution).acknowledge(
      {
        id: 'AwsSolutions-CFR1',
        reason: 'Agents may work in any country. Where a company wants it narrower, its administrator decides so.',
      },
      {
        id: 'AwsSolutions-CFR2',
        reason:
          'A firewall costs by rule and request, and one that refuses a delivery loses a customer: the administrator ' +
          'decides. Deliveries are signed, calls need a token, and the gateway limits how many come at once.',
      },
      {
        id: 'AwsSolutions-CFR3',
        reason:
          'Its log would hold the query of each request: one-time tokens of X and what agents look for, which are ' +
          'never logged here. The gateway logs each request under /api and /webhooks without it.',
      },
      {
        id: 'AwsSolutions-CFR4',
        reason:
          "CloudFront's own certificate allows old TLS, and no setting changes that. A newer least version comes with " +
          'a domain and a certificate of the company. Browsers and X choose TLS 1.2 or 1.3.',
      },
    )
  }
}

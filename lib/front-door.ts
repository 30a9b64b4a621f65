import { dirname } from 'node:path'
import { Aws, Duration, Stack, Validations } from 'aws-cdk-lib'
import {
  AllowedMethods,
  type BehaviorOptions,
  CachePolicy,
  Distribution,
  Function as EdgeFunction,
  FunctionCode,
  FunctionEventType,
  FunctionRuntime,
  HeadersFrameOption,
  HeadersReferrerPolicy,
  HttpVersion,
  OriginProtocolPolicy,
  OriginRequestCookieBehavior,
  OriginRequestHeaderBehavior,
  OriginRequestPolicy,
  OriginRequestQueryStringBehavior,
  OriginSslPolicy,
  ResponseHeadersPolicy,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront'
import { HttpOrigin } from 'aws-cdk-lib/aws-cloudfront-origins'
import { Construct } from 'constructs'
import { consoleHeaders } from '../build/console-headers.ts'
import { cors, edgeFunction } from '../lambdas/core/api/edge.ts'
import { originHeader } from '../lambdas/core/api/origin.ts'
import { paths } from '../lambdas/core/api/paths.ts'

/** All that CloudFront can cache: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/HTTPStatusCodes.html */
const errorStatuses = [400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504]

export type FrontDoorProps = {
  /** Host of API Gateway, which serves `/api` and `/webhooks`. */
  readonly gatewayHost: string
  /** Tells the functions that a request came this way. */
  readonly originSecret: string
  /** The ARN of a firewall; undefined: none. */
  readonly firewallArn?: string | undefined
  /** Origins whose pages may call the API, besides the console's own. */
  readonly corsOrigins: readonly string[]
  /** The behaviour for all other paths: the console. */
  readonly console: BehaviorOptions
}

/**
 * The CloudFront distribution: the one address for browsers, the helpdesk and X.
 * It has no custom error pages, which would replace a 404 of the API by the console's page.
 */
export class FrontDoor extends Construct {
  /** Origin without a trailing slash. */
  readonly url: string

  constructor(scope: Construct, id: string, props: FrontDoorProps) {
    super(scope, id)
    const toGateway: BehaviorOptions = {
      origin: new HttpOrigin(props.gatewayHost, {
        protocolPolicy: OriginProtocolPolicy.HTTPS_ONLY,
        originSslProtocols: [OriginSslPolicy.TLS_V1_2],
        customHeaders: { [originHeader]: props.originSecret },
      }),
      allowedMethods: AllowedMethods.ALLOW_ALL,
      // No redirect from HTTP: a client that sends tokens without TLS should fail at once.
      viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
      cachePolicy: CachePolicy.CACHING_DISABLED,
      // Forwards query and Authorization. API Gateway accepts only its own Host header. Without cookies, because CloudFront
      // supports If-None-Match only where it forwards none:
      // https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/Cookies.html
      originRequestPolicy: new OriginRequestPolicy(this, 'WithoutCookies', {
        originRequestPolicyName: `${Stack.of(this).stackName}-${Aws.REGION}-without-cookies`,
        headerBehavior: OriginRequestHeaderBehavior.denyList('Host'),
        queryStringBehavior: OriginRequestQueryStringBehavior.all(),
        cookieBehavior: OriginRequestCookieBehavior.none(),
      }),
      // No browser guesses another type, or calls without TLS.
      responseHeadersPolicy: ResponseHeadersPolicy.SECURITY_HEADERS,
      compress: false,
    }
    const toApi: BehaviorOptions = {
      ...toGateway,
      responseHeadersPolicy: this.#apiHeaders(props.corsOrigins),
      functionAssociations: [{ eventType: FunctionEventType.VIEWER_REQUEST, function: this.#edge(props.corsOrigins) }],
    }
    // Connecting an account is bound to a browser by a cookie.
    const withCookies = { ...toApi, originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER }
    // Everybody may ask for it, so it is answered here. Without query, which could make each request another one.
    const { originRequestPolicy: _, functionAssociations: _edge, ...bare } = toApi
    const cachedDescription: BehaviorOptions = {
      ...bare,
      allowedMethods: AllowedMethods.ALLOW_GET_HEAD,
      cachePolicy: CachePolicy.CACHING_OPTIMIZED,
      compress: true,
    }
    const distribution = new Distribution(this, 'Distribution', {
      comment: 'Console, API and webhook of the Twitter channel',
      httpVersion: HttpVersion.HTTP2_AND_3,
      ...(props.firewallArn && { webAclId: props.firewallArn }),
      // An error is over when it is over: CloudFront would answer with it for ten more seconds.
      errorResponses: errorStatuses.map((httpStatus) => ({ httpStatus, ttl: Duration.seconds(0) })),
      defaultBehavior: props.console,
      // The first that fits is used.
      additionalBehaviors: {
        [`${dirname(paths.callback)}/*`]: withCookies,
        '/api/openapi.json': cachedDescription,
        '/api/docs': cachedDescription,
        '/api/*': toApi,
        '/webhooks/*': toGateway,
      },
    })
    this.url = `https://${distribution.distributionDomainName}`
    Validations.of(distribution).acknowledge(
      {
        id: 'AwsSolutions-CFR1',
        reason: 'Agents may work in any country. An administrator can add a restriction.',
      },
      {
        id: 'AwsSolutions-CFR2',
        reason:
          'A firewall has a price of its own, so it is a setting: firewallRequests and firewallArn. Without it ' +
          'deliveries are signed, API calls need a token, and the gateway throttles each route apart.',
      },
      {
        id: 'AwsSolutions-CFR3',
        reason:
          'The log would contain query strings: one-time tokens of X and search terms of agents, which we never log. ' +
          'API Gateway logs the requests to /api and /webhooks without their query.',
      },
      {
        id: 'AwsSolutions-CFR4',
        reason:
          "CloudFront's default certificate also accepts old TLS versions. Only a custom domain and certificate can " +
          'raise the minimum. Browsers and X use TLS 1.2 or 1.3.',
      },
    )
  }

  /** Refuses calls without a token, and tells browsers which pages may call. */
  #edge(corsOrigins: readonly string[]): EdgeFunction {
    return new EdgeFunction(this, 'Calls', {
      functionName: `${Stack.of(this).stackName}-${Aws.REGION}-calls`,
      comment: 'Answers calls of the API whose token is missing or expired, and preflights of browsers',
      runtime: FunctionRuntime.JS_2_0,
      code: FunctionCode.fromInline(edgeFunction(corsOrigins)),
    })
  }

  /** Answers for pages of other origins say so, also those of API Gateway itself. */
  #apiHeaders(corsOrigins: readonly string[]) {
    if (corsOrigins.length === 0) return ResponseHeadersPolicy.SECURITY_HEADERS
    return new ResponseHeadersPolicy(this, 'ApiHeaders', {
      responseHeadersPolicyName: `${Stack.of(this).stackName}-${Aws.REGION}-api`,
      corsBehavior: {
        accessControlAllowCredentials: false,
        accessControlAllowHeaders: [...cors.requestHeaders],
        accessControlAllowMethods: [...cors.methods],
        accessControlAllowOrigins: [...corsOrigins],
        accessControlExposeHeaders: [...cors.answerHeaders],
        accessControlMaxAge: Duration.seconds(cors.maxAgeSeconds),
        originOverride: true,
      },
      securityHeadersBehavior: {
        strictTransportSecurity: {
          accessControlMaxAge: Duration.seconds(consoleHeaders.strictTransportSecuritySeconds),
          override: false,
        },
        contentTypeOptions: { override: true },
        frameOptions: { frameOption: HeadersFrameOption.SAMEORIGIN, override: false },
        referrerPolicy: { referrerPolicy: HeadersReferrerPolicy.SAME_ORIGIN, override: false },
      },
    })
  }
}

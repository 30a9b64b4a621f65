import { Stack } from 'aws-cdk-lib'
import { FilterPattern, MetricFilter } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import type { HandlerFunction } from './handler-function.ts'

/** Counts what upkeep found broken and mended. Nobody is to be woken for it; how often it happens is worth a look. */
export class Mended extends Construct {
  constructor(scope: Construct, id: string, upkeep: HandlerFunction) {
    super(scope, id)
    new MetricFilter(this, 'Filter', {
      logGroup: upkeep.logGroup,
      filterPattern: FilterPattern.stringValue('$.message.did', '=', 'mended'),
      metricNamespace: Stack.of(this).stackName,
      metricName: 'Mended',
    })
  }
}

// Alert rules over what the app tells (docs/observability.md). Each has a runbook: docs/runbooks/NAME.md.
// A query answers rows only where there is something to do; test/unit/infra/alerts.test.ts plays each.

param location string

@description('Log Analytics workspace that Application Insights writes to.')
param logAnalyticsWorkspaceId string

@description('Who is told; empty: nobody, and the alerts are seen in the portal alone.')
param actionGroupId string = ''

@description('Service Bus namespace whose dead letters are watched; empty: there is none.')
param serviceBusNamespaceId string = ''

@description('Begins the name of every rule: one resource group may hold several apps.')
param prefix string = 'ratchet'

@description('Where the runbooks are read, with a slash at its end.')
param runbooksUrl string = ''

param tags object = {}

var rules = [
  {
    name: 'watchdog-silent'
    severity: 1
    every: 'PT15M'
    window: 'PT1H'
    says: 'The watchdog has not scanned for an hour: the service does not run, or tells nothing.'
    query: loadTextContent('../alerts/watchdog-silent.kql')
  }
  {
    name: 'nothing-decided'
    severity: 3
    every: 'PT1H'
    window: 'P1D'
    says: 'Nothing was decided for a day.'
    query: loadTextContent('../alerts/nothing-decided.kql')
  }
  {
    name: 'run-stuck'
    severity: 2
    every: 'PT15M'
    window: 'PT30M'
    says: 'A run has been under way for more than a day.'
    query: loadTextContent('../alerts/run-stuck.kql')
  }
  {
    name: 'inbox-old'
    severity: 3
    every: 'PT1H'
    window: 'PT1H'
    says: 'Something has waited for a person for more than a day.'
    query: loadTextContent('../alerts/inbox-old.kql')
  }
  {
    name: 'budget-low'
    severity: 3
    every: 'PT1H'
    window: 'PT1H'
    says: 'Less than a tenth of a budget is left.'
    query: loadTextContent('../alerts/budget-low.kql')
  }
  {
    name: 'release-failed'
    severity: 2
    every: 'PT15M'
    window: 'PT1H'
    says: 'A release has failed or went back.'
    query: loadTextContent('../alerts/release-failed.kql')
  }
  {
    name: 'endpoint-drifted'
    severity: 2
    every: 'PT15M'
    window: 'PT30M'
    says: 'Somebody else has changed what an endpoint serves.'
    query: loadTextContent('../alerts/endpoint-drifted.kql')
  }
  {
    name: 'release-stuck'
    severity: 1
    every: 'PT15M'
    window: 'PT30M'
    says: 'A release cannot go on or back, or is not what was signed.'
    query: loadTextContent('../alerts/release-stuck.kql')
  }
  {
    name: 'runs-failing'
    severity: 2
    every: 'PT1H'
    window: 'P1D'
    says: 'Three or more runs of a model broke within a day.'
    query: loadTextContent('../alerts/runs-failing.kql')
  }
  {
    name: 'steps-failing'
    severity: 2
    every: 'PT15M'
    window: 'PT1H'
    says: 'A step broke, or its service has been away.'
    query: loadTextContent('../alerts/steps-failing.kql')
  }
  {
    name: 'model-file-broken'
    severity: 2
    every: 'PT15M'
    window: 'PT30M'
    says: 'A model file is invalid.'
    query: loadTextContent('../alerts/model-file-broken.kql')
  }
]

resource alerts 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for rule in rules: {
    name: '${prefix}-${rule.name}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: '${prefix}: ${rule.name}'
      description: '${rule.says} Runbook: ${runbooksUrl}docs/runbooks/${rule.name}.md'
      enabled: true
      severity: rule.severity
      evaluationFrequency: rule.every
      windowSize: rule.window
      scopes: [logAnalyticsWorkspaceId]
      criteria: {
        allOf: [
          {
            query: rule.query
            timeAggregation: 'Count'
            operator: 'GreaterThan'
            threshold: 0
            failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
          }
        ]
      }
      autoMitigate: true
      // Before the first row of telemetry the workspace does not know the table.
      skipQueryValidation: true
      actions: { actionGroups: empty(actionGroupId) ? [] : [actionGroupId] }
    }
  }
]

// Service Bus counts these itself: they are seen even where the app is not alive to look.
resource deadLetters 'Microsoft.Insights/metricAlerts@2018-03-01' = if (!empty(serviceBusNamespaceId)) {
  name: '${prefix}-dead-letters'
  location: 'global'
  tags: tags
  properties: {
    description: 'A queue has dead letters. Runbook: ${runbooksUrl}docs/runbooks/dead-letters.md'
    enabled: true
    severity: 2
    evaluationFrequency: 'PT15M'
    windowSize: 'PT15M'
    scopes: [serviceBusNamespaceId]
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          name: 'dead letters'
          criterionType: 'StaticThresholdCriterion'
          metricNamespace: 'Microsoft.ServiceBus/namespaces'
          metricName: 'DeadletteredMessages'
          timeAggregation: 'Maximum'
          operator: 'GreaterThan'
          threshold: 0
          dimensions: [{ name: 'EntityName', operator: 'Include', values: ['*'] }]
        }
      ]
    }
    autoMitigate: true
    actions: empty(actionGroupId) ? [] : [{ actionGroupId: actionGroupId }]
  }
}

// Where logs, traces and metrics go, and who is told of alerts.

param location string
param tags object
param name string
param retentionDays int
param alertEmails string[]
param identityPrincipalId string

import { roleIds } from 'roles.bicep'

resource logs 'Microsoft.OperationalInsights/workspaces@2023-09-01' = {
  name: 'log-${name}'
  location: location
  tags: tags
  properties: {
    sku: { name: 'PerGB2018' }
    retentionInDays: retentionDays
    features: { enableLogAccessUsingOnlyResourcePermissions: true }
  }
}

resource insights 'Microsoft.Insights/components@2020-02-02' = {
  name: 'appi-${name}'
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: logs.id
    // Telemetry is taken from identities alone: the connection string is no secret then.
    DisableLocalAuth: true
  }
}

resource people 'Microsoft.Insights/actionGroups@2023-01-01' = if (!empty(alertEmails)) {
  name: 'ag-${name}'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'ratchet'
    enabled: true
    emailReceivers: [
      for (address, i) in alertEmails: { name: 'person-${i}', emailAddress: address, useCommonAlertSchema: true }
    ]
  }
}

// Sends its telemetry.
resource publishes 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: insights
  name: guid(insights.id, identityPrincipalId, roleIds.monitoringMetricsPublisher)
  properties: {
    principalId: identityPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      roleIds.monitoringMetricsPublisher
    )
  }
}

output logAnalyticsId string = logs.id
output logAnalyticsCustomerId string = logs.properties.customerId
output insightsId string = insights.id
output insightsConnection string = insights.properties.ConnectionString
// Empty: nobody is told.
output actionGroupId string = empty(alertEmails) ? '' : people.id

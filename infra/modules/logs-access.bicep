// The queries of model files and the checks of releases are asked of this Log Analytics workspace.

param logAnalyticsName string
param identityPrincipalId string

import { roleIds } from 'roles.bicep'

resource logs 'Microsoft.OperationalInsights/workspaces@2023-09-01' existing = {
  name: logAnalyticsName
}

resource reads 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: logs
  name: guid(logs.id, identityPrincipalId, roleIds.logAnalyticsReader)
  properties: {
    principalId: identityPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds.logAnalyticsReader)
  }
}

// Why a deployment to an endpoint failed, and what quota leaves for one, is told outside the workspace, under the subscription.
targetScope = 'subscription'

param environmentName string
param workspaceId string
param identityPrincipalId string

resource role 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(subscription().id, workspaceId, environmentName, 'ratchet-operations')
  properties: {
    roleName: 'Ratchet ${environmentName} reads operations for ${last(split(workspaceId, '/'))}'
    description: 'Reads how operations of Azure Machine Learning went and what its quotas leave, and nothing else.'
    type: 'CustomRole'
    assignableScopes: [subscription().id]
    permissions: [
      {
        actions: [
          'Microsoft.MachineLearningServices/locations/mfeOperationsStatus/read'
          'Microsoft.MachineLearningServices/locations/usages/read'
          'Microsoft.MachineLearningServices/locations/vmsizes/read'
        ]
        notActions: []
        dataActions: []
        notDataActions: []
      }
    ]
  }
}

resource reads 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(subscription().id, workspaceId, identityPrincipalId, 'ratchet-operations')
  properties: { principalId: identityPrincipalId, principalType: 'ServicePrincipal', roleDefinitionId: role.id }
}

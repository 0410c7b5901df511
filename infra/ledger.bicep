// What stays when the app goes: the workspace, a sample one by parameter, and a lock on the storage that its ledger is in.
//
// It also tells what the other two templates need of a workspace. `azd down` does not know of it.
targetScope = 'subscription'

@description('Resource id of the workspace; empty: a sample one is made.')
param workspaceId string = ''

@description('Of the sample workspace.')
param location string = deployment().location

@minLength(1)
@maxLength(24)
param environmentName string

@description('Another Log Analytics workspace that model files ask; empty: none.')
param logAnalyticsId string = ''

@description('Whether the storage account of the ledger is kept from being deleted.')
param lockLedger bool = true

param tags object = {}

var isSample = empty(workspaceId)
var token = take(uniqueString(subscription().id, environmentName, location), 6)
var sampleGroup = 'rg-ratchet-${environmentName}-ml-${token}'
var sampleName = 'mlw-ratchet-${environmentName}-${token}'
var allTags = union(tags, { application: 'ratchet' })

resource group 'Microsoft.Resources/resourceGroups@2024-03-01' = if (isSample) {
  name: sampleGroup
  location: location
  tags: allTags
}

module sample 'modules/sample-workspace.bicep' = if (isSample) {
  scope: group
  params: { location: location, tags: allTags, name: sampleName, storageName: 'stml${take(replace(environmentName, '-', ''), 12)}${token}' }
}

// A workspace of somebody's own may be in another group, and its storage in a third.
module found 'modules/find-workspace.bicep' = {
  scope: resourceGroup(
    isSample ? subscription().subscriptionId : split(workspaceId, '/')[2],
    isSample ? sampleGroup : split(workspaceId, '/')[4]
  )
  dependsOn: [sample]
  params: { name: isSample ? sampleName : last(split(workspaceId, '/')) }
}

module lock 'modules/ledger-lock.bicep' = if (lockLedger) {
  params: { storageId: found.outputs.storageId }
}

// Where there is none, the parts of something that is: names are looked at, whatever the condition says.
var logsParts = split(empty(logAnalyticsId) ? group.id : logAnalyticsId, '/')

module logs 'modules/find-logs.bicep' = if (!empty(logAnalyticsId)) {
  scope: resourceGroup(logsParts[2], logsParts[4])
  params: { name: last(logsParts) }
}

output RATCHET_WORKSPACE_ID string = found.outputs.id
output RATCHET_WORKSPACE_LOCATION string = found.outputs.location
output RATCHET_DATA_STORAGE_ID string = found.outputs.storageId
output RATCHET_DATA_ACCOUNT string = last(split(found.outputs.storageId, '/'))
output RATCHET_DATA_CONTAINER string = found.outputs.container
output RATCHET_LOGS_CUSTOMER_ID string = empty(logAnalyticsId) ? '' : logs!.outputs.customerId

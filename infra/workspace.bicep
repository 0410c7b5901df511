// What Ratchet needs beside the workspace, in the groups of the workspace and of its storage: grants to the app's identity,
// and the events. It is deployed as a deployment stack, so that it can be taken away again, exactly.
//
// Not a part of main.bicep: `azd down` would delete the workspace's resource group with all that is in it.
targetScope = 'subscription'

@minLength(1)
@maxLength(24)
param environmentName string

param workspaceId string
param workspaceLocation string

@description('Storage account of the workspace\'s default datastore.')
param dataStorageId string
param dataContainer string

@description('Object id of the app\'s identity.')
param identityPrincipalId string

@description('A role with the actions that the app calls, or Azure\'s own AzureML Data Scientist, where none may be defined.')
@allowed(['custom', 'AzureML Data Scientist'])
param workspaceRole string = 'custom'

@description('Queue that events go to; empty: to the functions of `functionAppId`.')
param eventsQueueId string = ''

@description('The app, whose code must be there: events go to its functions. Empty, and no queue: no subscriptions.')
param functionAppId string = ''

@description('Account and container for what Event Grid could not deliver.')
param undeliveredStorageId string
param undeliveredContainer string

@description('Names of the two topics. A source can have one alone: where it has one, this is its name.')
param workspaceTopic string = 'ratchet-${last(split(workspaceId, '/'))}'
param storageTopic string = 'ratchet-${last(split(dataStorageId, '/'))}'

@description('Paths of data in the container (`data.path` of the model files), 25 at most; empty: every file.')
@maxLength(25)
param dataPaths string[] = []

@description('Another Log Analytics workspace that model files ask; empty: none.')
param logAnalyticsId string = ''

param tags object = {}

var allTags = union(tags, { application: 'ratchet' })
var workspaceParts = split(workspaceId, '/')
var dataParts = split(dataStorageId, '/')
var logsParts = split(empty(logAnalyticsId) ? workspaceId : logAnalyticsId, '/')

module access 'modules/workspace-access.bicep' = {
  scope: resourceGroup(workspaceParts[2], workspaceParts[4])
  params: {
    environmentName: environmentName
    workspaceName: last(workspaceParts)
    identityPrincipalId: identityPrincipalId
    isCustom: workspaceRole == 'custom'
  }
}

module operations 'modules/operations-access.bicep' = {
  scope: subscription(workspaceParts[2])
  params: { environmentName: environmentName, workspaceId: workspaceId, identityPrincipalId: identityPrincipalId }
}

module data 'modules/data-access.bicep' = {
  scope: resourceGroup(dataParts[2], dataParts[4])
  params: {
    storageName: last(dataParts)
    containerName: dataContainer
    identityPrincipalId: identityPrincipalId
  }
}

module logs 'modules/logs-access.bicep' = if (!empty(logAnalyticsId)) {
  scope: resourceGroup(logsParts[2], logsParts[4])
  params: { logAnalyticsName: last(logsParts), identityPrincipalId: identityPrincipalId }
}

var hasEvents = !empty(eventsQueueId) || !empty(functionAppId)

module workspaceEvents 'modules/source-events.bicep' = if (hasEvents) {
  scope: resourceGroup(workspaceParts[2], workspaceParts[4])
  params: {
    topicName: workspaceTopic
    subscriptionName: 'ratchet-${environmentName}'
    topicType: 'Microsoft.MachineLearningServices.Workspaces'
    location: workspaceLocation
    tags: allTags
    sourceId: workspaceId
    sessionId: 'workspace'
    functionName: 'workspace-events'
    eventTypes: [
      'Microsoft.MachineLearningServices.RunCompleted'
      'Microsoft.MachineLearningServices.RunStatusChanged'
      'Microsoft.MachineLearningServices.ModelRegistered'
      'Microsoft.MachineLearningServices.ModelDeployed'
    ]
    subjects: []
    eventsQueueId: eventsQueueId
    functionAppId: functionAppId
    undeliveredStorageId: undeliveredStorageId
    undeliveredContainer: undeliveredContainer
  }
}

var container = '/blobServices/default/containers/${dataContainer}/blobs/'

module storageEvents 'modules/source-events.bicep' = if (hasEvents) {
  scope: resourceGroup(dataParts[2], dataParts[4])
  params: {
    topicName: storageTopic
    subscriptionName: 'ratchet-${environmentName}'
    topicType: 'Microsoft.Storage.StorageAccounts'
    location: data.outputs.location
    tags: allTags
    sourceId: dataStorageId
    sessionId: 'storage'
    functionName: 'storage-events'
    eventTypes: [
      'Microsoft.Storage.BlobCreated'
      'Microsoft.Storage.BlobRenamed'
      'Microsoft.Storage.DirectoryRenamed'
    ]
    subjects: empty(dataPaths) ? [container] : map(dataPaths, path => '${container}${path}')
    eventsQueueId: eventsQueueId
    functionAppId: functionAppId
    undeliveredStorageId: undeliveredStorageId
    undeliveredContainer: undeliveredContainer
  }
}

// Ratchet beside a workspace, in a resource group of its own: what `azd up` makes and `azd down` takes away.
//
// Nothing here lies outside that resource group. `azd down` deletes every resource group that a resource of this deployment
// is in: what has to be in the workspace's group is in workspace.bicep, and what has to stay in ledger.bicep.
// docs/deploy.md says how the three come together.
targetScope = 'subscription'

@description('Name of the environment of azd; part of every name.')
@minLength(1)
@maxLength(24)
param environmentName string

@description('Region. It must be that of the workspace for events to stay in it; the app may be elsewhere.')
param location string

@description('Resource id of the Azure Machine Learning workspace.')
param workspaceId string

@description('Storage account of the workspace\'s default datastore; the ledger\'s tables are in it.')
param dataAccountName string

@description('Container of that datastore.')
param dataContainer string

@description('How events come: by a queue of Service Bus, or to the functions, whose subscriptions can be made when the code is there.')
@allowed(['queue', 'function'])
param eventDelivery string = 'queue'

@description('Where orchestrations are kept. `npm run package` writes it into host.json: deploy after a change.')
@allowed(['azureStorage', 'durableTaskScheduler'])
param durableBackend string = 'azureStorage'

@description('Addresses that may call the Durable Task Scheduler. An empty list lets nobody in.')
@minLength(1)
param schedulerAllowlist string[] = ['0.0.0.0/0']

@description('One instance always ready for orchestrations: no cold start, at a price.')
param alwaysReady bool = false

@description('Memory of an instance. Two gigabytes hold what judging a million rows takes (docs/benchmarks.md).')
@allowed([2048, 4096])
param instanceMemoryMB int = 2048

@description('Redundancy of the app\'s own storage; not every region has zones.')
@allowed(['Standard_LRS', 'Standard_ZRS', 'Standard_GRS'])
param storageSku string = 'Standard_LRS'

@minValue(1)
@maxValue(1000)
param maximumInstanceCount int = 40

@description('Version of Node.js; 22 where the region does not list 24.')
@allowed(['22', '24'])
param nodeVersion string = '24'

@description('A network of its own, with private endpoints of storage and Service Bus, which takes the premium tier.')
param privateNetworking bool = false
param addressPrefix string = '10.90.0.0/24'

@description('Queues that stages send to (channel service-bus).')
param releaseQueues string[] = ['model-releases']

@description('Queues that replies to such stages come in.')
param replyQueues string[] = []

@description('Workspace id (a GUID) of another Log Analytics workspace that logs the traffic of endpoints; empty: the one made here.')
param logsCustomerId string = ''

@description('Client id of the application that people sign in with; empty: nobody can.')
param authClientId string = ''

@description('Addresses that alerts are sent to.')
param alertEmails string[] = []

@minValue(30)
@maxValue(730)
param logRetentionDays int = 90

@description('Further application settings, over those made here. A secret is a reference to Key Vault.')
param settings object = {}

param tags object = {}

var token = take(uniqueString(subscription().id, environmentName, location), 6)
var name = 'ratchet-${environmentName}-${token}'
var allTags = union(tags, { 'azd-env-name': environmentName, application: 'ratchet' })
var eventsQueue = eventDelivery == 'queue' ? 'ratchet-events' : ''
// That of host.json.
var taskHub = 'Ratchet'
var isTaskHub = durableBackend == 'azureStorage'

resource group 'Microsoft.Resources/resourceGroups@2024-03-01' = {
  name: 'rg-${name}'
  location: location
  tags: allTags
}

module identity 'modules/identity.bicep' = {
  scope: group
  params: { location: location, tags: allTags, name: 'id-${name}' }
}

module monitoring 'modules/monitoring.bicep' = {
  scope: group
  params: {
    location: location
    tags: allTags
    name: name
    retentionDays: logRetentionDays
    alertEmails: alertEmails
    identityPrincipalId: identity.outputs.principalId
  }
}

// What the app tells is watched: docs/runbooks has a page for each rule.
module alerts 'modules/alerts.bicep' = {
  scope: group
  params: {
    location: location
    tags: allTags
    prefix: 'ratchet-${environmentName}'
    logAnalyticsWorkspaceId: monitoring.outputs.logAnalyticsId
    actionGroupId: monitoring.outputs.actionGroupId
    serviceBusNamespaceId: serviceBus.outputs.id
  }
}

module workbook 'modules/workbook.bicep' = {
  scope: group
  params: {
    location: location
    tags: allTags
    logAnalyticsWorkspaceId: monitoring.outputs.logAnalyticsId
  }
}

// Another workspace's is granted in workspace.bicep.
module ownLogsAccess 'modules/logs-access.bicep' = if (empty(logsCustomerId)) {
  scope: group
  params: {
    logAnalyticsName: last(split(monitoring.outputs.logAnalyticsId, '/'))
    identityPrincipalId: identity.outputs.principalId
  }
}

module storage 'modules/storage.bicep' = {
  scope: group
  params: {
    location: location
    tags: allTags
    name: 'st${replace(take('ratchet${environmentName}', 16), '-', '')}${token}'
    isPrivate: privateNetworking
    isTaskHub: isTaskHub
    sku: storageSku
    identityPrincipalId: identity.outputs.principalId
  }
}

module serviceBus 'modules/service-bus.bicep' = {
  scope: group
  params: {
    location: location
    tags: allTags
    name: 'sbns-${name}'
    isPrivate: privateNetworking
    releaseQueues: releaseQueues
    replyQueues: replyQueues
    eventsQueue: eventsQueue
    identityPrincipalId: identity.outputs.principalId
  }
}

module releaseTopic 'modules/release-topic.bicep' = {
  scope: group
  params: {
    location: location
    tags: allTags
    name: 'evgt-${name}'
    identityPrincipalId: identity.outputs.principalId
  }
}

module scheduler 'modules/durable-scheduler.bicep' = if (!isTaskHub) {
  scope: group
  params: {
    location: location
    tags: allTags
    name: 'dts-${name}'
    taskHubName: taskHub
    ipAllowlist: schedulerAllowlist
    identityPrincipalId: identity.outputs.principalId
  }
}

module network 'modules/network.bicep' = if (privateNetworking) {
  scope: group
  params: {
    location: location
    tags: allTags
    name: name
    addressPrefix: addressPrefix
    storageId: storage.outputs.id
    serviceBusId: serviceBus.outputs.id
  }
}

var dataHost = '${dataAccountName}.{0}.${environment().suffixes.storage}'
var clientId = identity.outputs.clientId

var hostSettings = {
  AzureWebJobsStorage__blobServiceUri: storage.outputs.blobUri
  AzureWebJobsStorage__queueServiceUri: storage.outputs.queueUri
  AzureWebJobsStorage__tableServiceUri: storage.outputs.tableUri
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__clientId: clientId
  APPLICATIONINSIGHTS_CONNECTION_STRING: monitoring.outputs.insightsConnection
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${clientId};Authorization=AAD'
  // The host takes a body whole before the app sees any of it; nothing here needs more than Event Grid's 1 MB.
  FUNCTIONS_REQUEST_BODY_SIZE_LIMIT: '2097152'
}

var durableSettings = isTaskHub
  ? {}
  : {
      DURABLE_TASK_SCHEDULER_CONNECTION_STRING: 'Endpoint=${scheduler!.outputs.endpoint};Authentication=ManagedIdentity;ClientID=${clientId}'
    }

var appSettings = {
  AZURE_CLIENT_ID: clientId
  RATCHET_WORKSPACE_ID: workspaceId
  RATCHET_CONTAINER: dataContainer
  RATCHET_STORAGE__blobServiceUri: 'https://${format(dataHost, 'blob')}'
  RATCHET_STORAGE__tableServiceUri: 'https://${format(dataHost, 'table')}'
  RATCHET_SERVICEBUS__fullyQualifiedNamespace: serviceBus.outputs.host
  RATCHET_SERVICEBUS__credential: 'managedidentity'
  RATCHET_SERVICEBUS__clientId: clientId
  RATCHET_EVENTGRID_ENDPOINT: releaseTopic.outputs.endpoint
  RATCHET_LOGS_WORKSPACE: empty(logsCustomerId) ? monitoring.outputs.logAnalyticsCustomerId : logsCustomerId
}

// An empty value is none; the function that takes events from the queue is there where the setting is.
var eventSettings = empty(eventsQueue) ? {} : { RATCHET_EVENTS_QUEUE: eventsQueue }

module app 'modules/function-app.bicep' = {
  scope: group
  params: {
    location: location
    tags: allTags
    name: 'func-${name}'
    serviceName: 'app'
    nodeVersion: nodeVersion
    instanceMemoryMB: instanceMemoryMB
    maximumInstanceCount: maximumInstanceCount
    isAlwaysReady: alwaysReady
    identityId: identity.outputs.id
    packagesUri: storage.outputs.packagesUri
    settings: union(hostSettings, durableSettings, appSettings, eventSettings, settings)
    authClientId: authClientId
    subnetId: privateNetworking ? network!.outputs.appSubnetId : ''
  }
}

output AZURE_RESOURCE_GROUP string = group.name
output RATCHET_APP_NAME string = app.outputs.name
output RATCHET_APP_ID string = app.outputs.id
output RATCHET_URL string = 'https://${app.outputs.host}'
output RATCHET_IDENTITY_PRINCIPAL_ID string = identity.outputs.principalId
output RATCHET_IDENTITY_CLIENT_ID string = clientId
output RATCHET_EVENTS_QUEUE_ID string = serviceBus.outputs.eventsQueueId
output RATCHET_HOST_STORAGE_ID string = storage.outputs.id
output RATCHET_UNDELIVERED_CONTAINER string = storage.outputs.undeliveredContainer
output RATCHET_LOG_ANALYTICS_ID string = monitoring.outputs.logAnalyticsId
output RATCHET_APPLICATION_INSIGHTS_ID string = monitoring.outputs.insightsId
output RATCHET_ACTION_GROUP_ID string = monitoring.outputs.actionGroupId

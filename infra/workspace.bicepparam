// From the environment of azd and from the outputs of the other two, which azd keeps in it.
using 'workspace.bicep'

var paths = readEnvironmentVariable('RATCHET_DATA_PATHS', '')
var id = readEnvironmentVariable('RATCHET_WORKSPACE_ID')
var storageId = readEnvironmentVariable('RATCHET_DATA_STORAGE_ID')

param environmentName = readEnvironmentVariable('AZURE_ENV_NAME')
param workspaceId = id
param workspaceLocation = readEnvironmentVariable('RATCHET_WORKSPACE_LOCATION')
param dataStorageId = storageId
param dataContainer = readEnvironmentVariable('RATCHET_DATA_CONTAINER')
param identityPrincipalId = readEnvironmentVariable('RATCHET_IDENTITY_PRINCIPAL_ID')
param workspaceRole = readEnvironmentVariable('RATCHET_WORKSPACE_ROLE', 'custom')
param eventsQueueId = readEnvironmentVariable('RATCHET_EVENTS_QUEUE_ID', '')
// Set by the hook when the functions are there.
param functionAppId = readEnvironmentVariable('RATCHET_EVENTS_APP_ID', '')
param undeliveredStorageId = readEnvironmentVariable('RATCHET_HOST_STORAGE_ID')
param undeliveredContainer = readEnvironmentVariable('RATCHET_UNDELIVERED_CONTAINER')
param workspaceTopic = readEnvironmentVariable('RATCHET_WORKSPACE_TOPIC', 'ratchet-${last(split(id, '/'))}')
param storageTopic = readEnvironmentVariable('RATCHET_STORAGE_TOPIC', 'ratchet-${last(split(storageId, '/'))}')
param dataPaths = empty(paths) ? [] : split(paths, ',')
param logAnalyticsId = readEnvironmentVariable('RATCHET_LOGS_ID', '')
param tags = json(readEnvironmentVariable('RATCHET_TAGS', '{}'))

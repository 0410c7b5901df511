// From the environment of azd: `azd env set NAME VALUE` (docs/deploy.md has the names).
using 'main.bicep'

var releases = readEnvironmentVariable('RATCHET_RELEASE_QUEUES', 'model-releases')
var replies = readEnvironmentVariable('RATCHET_REPLY_QUEUES', '')
var emails = readEnvironmentVariable('RATCHET_ALERT_EMAILS', '')

param environmentName = readEnvironmentVariable('AZURE_ENV_NAME')
param location = readEnvironmentVariable('AZURE_LOCATION')
// These three are there when the hook before has run; azd compiles this file before that, too.
param workspaceId = readEnvironmentVariable('RATCHET_WORKSPACE_ID', '')
param dataAccountName = readEnvironmentVariable('RATCHET_DATA_ACCOUNT', '')
param dataContainer = readEnvironmentVariable('RATCHET_DATA_CONTAINER', '')
param eventDelivery = readEnvironmentVariable('RATCHET_EVENT_DELIVERY', 'queue')
param durableBackend = readEnvironmentVariable('RATCHET_DURABLE_BACKEND', 'azureStorage')
param schedulerAllowlist = split(readEnvironmentVariable('RATCHET_SCHEDULER_ALLOWLIST', '0.0.0.0/0'), ',')
param alwaysReady = readEnvironmentVariable('RATCHET_ALWAYS_READY', 'false') == 'true'
param instanceMemoryMB = readEnvironmentVariable('RATCHET_INSTANCE_MEMORY', '2048') == '4096' ? 4096 : 2048
param storageSku = readEnvironmentVariable('RATCHET_STORAGE_SKU', 'Standard_LRS')
param maximumInstanceCount = int(readEnvironmentVariable('RATCHET_INSTANCES', '40'))
param nodeVersion = readEnvironmentVariable('RATCHET_NODE_VERSION', '24')
param privateNetworking = readEnvironmentVariable('RATCHET_PRIVATE_NETWORKING', 'false') == 'true'
param addressPrefix = readEnvironmentVariable('RATCHET_ADDRESS_PREFIX', '10.90.0.0/24')
param releaseQueues = empty(releases) ? [] : split(releases, ',')
param replyQueues = empty(replies) ? [] : split(replies, ',')
param logsCustomerId = readEnvironmentVariable('RATCHET_LOGS_CUSTOMER_ID', '')
param authClientId = readEnvironmentVariable('RATCHET_AUTH_CLIENT_ID', '')
param alertEmails = empty(emails) ? [] : split(emails, ',')
param logRetentionDays = int(readEnvironmentVariable('RATCHET_LOG_RETENTION_DAYS', '90'))
param settings = json(readEnvironmentVariable('RATCHET_APP_SETTINGS', '{}'))
param tags = json(readEnvironmentVariable('RATCHET_TAGS', '{}'))

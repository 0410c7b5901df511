// From the environment of azd, as main.bicepparam.
using 'ledger.bicep'

param environmentName = readEnvironmentVariable('AZURE_ENV_NAME')
param location = readEnvironmentVariable('AZURE_LOCATION')
param workspaceId = readEnvironmentVariable('RATCHET_WORKSPACE_ID', '')
param logAnalyticsId = readEnvironmentVariable('RATCHET_LOGS_ID', '')
param lockLedger = readEnvironmentVariable('RATCHET_LOCK_LEDGER', 'true') == 'true'
param tags = json(readEnvironmentVariable('RATCHET_TAGS', '{}'))

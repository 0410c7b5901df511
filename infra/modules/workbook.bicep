// The workbook "Ratchet": what was decided, run and released, and what waits for whom (infra/workbook.json).

param location string

@description('Log Analytics workspace that Application Insights writes to.')
param logAnalyticsWorkspaceId string

param tags object = {}

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(resourceGroup().id, 'ratchet-workbook')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: 'Ratchet'
    category: 'workbook'
    sourceId: logAnalyticsWorkspaceId
    serializedData: loadTextContent('../workbook.json')
  }
}

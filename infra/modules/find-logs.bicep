param name string

resource logs 'Microsoft.OperationalInsights/workspaces@2023-09-01' existing = {
  name: name
}

output customerId string = logs.properties.customerId

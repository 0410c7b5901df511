// What is asked of a workspace that is there. Its default datastore is the container named after its own id.

param name string

resource workspace 'Microsoft.MachineLearningServices/workspaces@2025-06-01' existing = {
  name: name
}

output id string = workspace.id
output location string = workspace.location
output storageId string = workspace.properties.storageAccount!
output container string = 'azureml-blobstore-${workspace.properties.workspaceId}'

// Which group the storage is in is known only when the workspace has been asked.
targetScope = 'subscription'

param storageId string

module lock 'storage-lock.bicep' = {
  scope: resourceGroup(split(storageId, '/')[2], split(storageId, '/')[4])
  params: { storageName: last(split(storageId, '/')) }
}

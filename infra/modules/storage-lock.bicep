param storageName string

resource account 'Microsoft.Storage/storageAccounts@2024-01-01' existing = {
  name: storageName
}

resource lock 'Microsoft.Authorization/locks@2020-05-01' = {
  scope: account
  name: 'ratchet-ledger'
  properties: { level: 'CanNotDelete', notes: 'The ledger of Ratchet is in this account.' }
}

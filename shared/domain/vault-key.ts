/** One version of a key in Azure Key Vault. */
export interface VaultKey {
  /** `https://…`, of the vault. */
  readonly vault: string;
  readonly name: string;
  readonly version: string;
}

const keyId = /^(https:\/\/[A-Za-z0-9.:-]+)\/keys\/([A-Za-z0-9-]{1,127})\/([0-9a-f]{32})$/;

/** Of a key identifier, with its version; null: it is none. */
export function readVaultKey(text: string): VaultKey | null {
  const [, vault, name, version] = keyId.exec(text) ?? [];
  return version === undefined ? null : { vault: vault!, name: name!, version };
}

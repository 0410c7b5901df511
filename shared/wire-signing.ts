/** Builds what packages are signed and verified with, for the wiring. As lazily as it: see there. */
import type { KeyObject } from 'node:crypto';
import type { TokenCredential } from '@azure/identity';
import type { TlsOptions } from './azure/tls.ts';
import type { VaultKey } from './domain/vault-key.ts';
import { once } from './once.ts';
import type { Signer } from './package/bundle.ts';
import type { Settings } from './settings.ts';

interface Base {
  readonly settings: () => Promise<Settings>;
  readonly credential: () => Promise<TokenCredential>;
  readonly tls: () => Promise<TlsOptions>;
}

export function wireSigning({ settings, credential, tls }: Base) {
  const vaultSigner = async (key: VaultKey): Promise<Signer> => {
    const [sdk, { Rest }, vault] = await Promise.all([
      import('@azure/core-rest-pipeline'),
      import('./release/channels/rest.ts'),
      import('./azure/key-vault.ts'),
    ]);
    const identity = await credential();
    const rest = new Rest(sdk, {
      ...{ service: 'Key Vault', baseUrl: key.vault, tls: await tls(), advise: vault.adviseVault },
      authorize: async () => {
        const token = await identity.getToken(vault.vaultScopeOf(key));
        return { authorization: `Bearer ${token?.token ?? ''}` };
      },
    });
    const publicKey = await vault.getVaultKey(rest, key);
    return { publicKey, sign: (bytes) => vault.signInVault(rest, key, publicKey, bytes) };
  };

  /** Signs packages; null: no key is set, and nothing is signed. */
  const signer = once(async (): Promise<Signer | null> => {
    const { signingKey } = await settings();
    if (signingKey === null) return null;
    if ('version' in signingKey) return vaultSigner(signingKey);
    const { localSigner } = await import('./package/bundle.ts');
    return localSigner(signingKey.pem);
  });

  /** What packages may be signed by: the key of today, and those of before. None: nothing can be verified. */
  const trustedKeys = async (): Promise<readonly KeyObject[]> => {
    const [own, { readPublicKeys }] = await Promise.all([signer(), import('./package/bundle.ts')]);
    const others = readPublicKeys((await settings()).trustedKeys);
    return [...(own ? [own.publicKey] : []), ...others];
  };

  return { signer, trustedKeys };
}

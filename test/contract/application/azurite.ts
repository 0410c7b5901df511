import { createRequire } from 'node:module';

interface Server {
  start(): Promise<void>;
  close(): Promise<void>;
  getHttpServerAddress(): string;
}

type Constructor<T> = new (...args: unknown[]) => T;

const require = createRequire(import.meta.url);
const load = <T>(path: string): Constructor<T> =>
  (require(`azurite/dist/src/${path}`) as { default: Constructor<T> }).default;

export interface Azurite {
  readonly connectionString: string;
  readonly blobEndpoint: string;
  stop(): Promise<void>;
}

const account = 'devstoreaccount1';
/** The well-known key of the emulated account. */
const key = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

/** Blobs and tables in memory, on free ports. The constructors' arguments are positional in 3.36. */
export async function startAzurite(): Promise<Azurite> {
  const common = ['127.0.0.1', 0, 5] as const;
  const rest = [false, undefined, false, undefined, false, true, '', '', '', undefined, false, true] as const;
  const blob = new (load<Server>('blob/BlobServer'))(
    new (load('blob/BlobConfiguration'))(...common, '', '', [], ...rest),
  );
  const table = new (load<Server>('table/TableServer'))(
    new (load('table/TableConfiguration'))(
      ...common,
      '',
      false,
      false,
      ...[undefined, undefined, false, true, '', '', '', undefined, false, true],
    ),
  );
  await Promise.all([blob.start(), table.start()]);
  const blobEndpoint = `${blob.getHttpServerAddress()}/${account}`;
  const tableEndpoint = `${table.getHttpServerAddress()}/${account}`;
  return {
    connectionString: `DefaultEndpointsProtocol=http;AccountName=${account};AccountKey=${key};BlobEndpoint=${blobEndpoint};TableEndpoint=${tableEndpoint};`,
    blobEndpoint,
    stop: async () => {
      await Promise.all([blob.close(), table.close()]);
    },
  };
}

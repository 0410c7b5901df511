/** Stands before blob and table storage, and counts what is asked of them: what a storage account bills by the transaction. */
import { request as ask, createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Transactions {
  blobReads: number;
  blobWrites: number;
  tableReads: number;
  tableWrites: number;
}

export interface CountingStorage {
  /** Connection string of the account behind the proxy. */
  readonly connectionString: string;
  counts(): Transactions;
  close(): void;
}

/** `connectionString` is that of the local account, with both endpoints in it. */
export async function countTransactions(connectionString: string): Promise<CountingStorage> {
  const counted: Transactions = { blobReads: 0, blobWrites: 0, tableReads: 0, tableWrites: 0 };
  const servers: Server[] = [];
  let changed = connectionString;
  for (const service of ['blob', 'table'] as const) {
    const name = service === 'blob' ? 'BlobEndpoint' : 'TableEndpoint';
    const endpoint = new RegExp(`${name}=([^;]+)`).exec(connectionString)![1]!;
    const target = new URL(endpoint);
    const server = createServer((incoming, outgoing) => {
      // A list of blobs is billed as a write is.
      const lists = service === 'blob' && (incoming.url ?? '').includes('comp=list');
      const reads = (incoming.method === 'GET' || incoming.method === 'HEAD') && !lists;
      counted[`${service}${reads ? 'Reads' : 'Writes'}`]++;
      const { method, url: path } = incoming;
      const headers = { ...incoming.headers, host: target.host };
      const onward = ask({ host: target.hostname, port: target.port, method, path, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      });
      onward.on('error', () => outgoing.destroy());
      incoming.pipe(onward);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    servers.push(server);
    const { port } = server.address() as AddressInfo;
    changed = changed.replace(endpoint, `http://127.0.0.1:${port}${target.pathname}`);
  }
  return {
    connectionString: changed,
    counts: () => ({ ...counted }),
    close() {
      for (const server of servers) {
        server.closeAllConnections();
        server.close();
      }
    },
  };
}

// SPDX-License-Identifier: Apache-2.0
// The matrix's caller and handler in TypeScript (../../README.md has the contract): `peer.js caller|handler NAME`.

import { DefaultLogger, NativeConnection, Runtime, Worker, type WorkerOptions } from '@temporalio/worker';
import { SecretCodec } from './codec';
import { activities, matrixHandler } from './handler';

async function main([role, me]: string[]): Promise<void> {
  if (!role || !me) throw new Error('usage: peer.js caller|handler NAME');
  Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
  process.on('SIGTERM', () => process.exit(0)); // the SDK's own end of a process is not ours to test
  const common = {
    connection: await NativeConnection.connect({ address: process.env.TEMPORAL_ADDRESS }),
    namespace: `matrix-${role}s`,
    identity: `${role}-${me}`,
    dataConverter: { payloadCodecs: [new SecretCodec()] },
  };
  const handlers = role === 'handler' ? { activities: activities(me), nexusServices: [matrixHandler(me)] } : {};
  const all: WorkerOptions[] = [
    {
      ...common,
      ...handlers,
      taskQueue: `${role}s-${me}`,
      workflowBundle: { codePath: require.resolve('./workflow-bundle') },
    },
  ];
  if (role === 'handler') all.push({ ...common, taskQueue: 'fleet', nexusServices: [matrixHandler(me)] });
  const workers = await Promise.all(all.map((options) => Worker.create(options)));
  await Promise.all(workers.map((worker) => worker.run()));
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error);
  process.exit(1);
});

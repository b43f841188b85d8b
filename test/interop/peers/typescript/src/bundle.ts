// SPDX-License-Identifier: Apache-2.0
// Bundles the workflows once, when the peer is built: each start of it would take seconds otherwise.

import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { writeFile } from 'node:fs/promises';

async function main(): Promise<void> {
  const workflows = require.resolve('./workflows');
  const { code } = await bundleWorkflowCode({
    workflowsPath: workflows,
    workflowInterceptorModules: [workflows],
    logger: new DefaultLogger('WARN'),
  });
  await writeFile(require.resolve('./bundle').replace('bundle.js', 'workflow-bundle.js'), code);
}

void main();

// SPDX-License-Identifier: Apache-2.0

import { ApplicationFailure } from '@temporalio/common';
import { TemporalOperationHandler, TemporalOperationResult, WorkflowRunOperationHandler, startWorkflow } from '@temporalio/nexus';
import * as nexus from 'nexus-rpc';
import { setTimeout } from 'node:timers/promises';
import { header, matrix, type Answer, type Ask } from './contract';

export function matrixHandler(me: string): nexus.ServiceHandler<typeof matrix.operations> {
  const reply = (text: string): Answer => ({ text: `${me}: ${text}` });
  const taskQueue = `handlers-${me}`;
  const seen = new Map<string, number>();
  return nexus.serviceHandler(matrix, {
    async echo(_, ask) {
      return reply(ask.text);
    },
    async header(ctx) {
      return reply(ctx.headers[header] ?? 'none');
    },
    async fail(_, ask) {
      switch (ask.how) {
        case 'operation failed':
          throw new nexus.OperationError('failed', ask.text);
        case 'operation canceled':
          throw new nexus.OperationError('canceled', ask.text);
        case 'application':
          throw ApplicationFailure.nonRetryable(ask.text, 'Poor');
        case 'retry': {
          const attempt = (seen.get(ask.id) ?? 0) + 1;
          seen.set(ask.id, attempt);
          if (attempt === 1) throw new nexus.HandlerError('UNAVAILABLE', 'not yet');
          return reply(`attempt ${attempt}`);
        }
      }
      const error = new nexus.HandlerError(ask.how as nexus.HandlerErrorType, ask.text);
      throw error.retryable ? new nexus.HandlerError(error.type, ask.text, { retryableOverride: false }) : error;
    },
    async slow(ctx) {
      await setTimeout(4000, undefined, { signal: ctx.abortSignal });
      return reply('late');
    },
    message: new TemporalOperationHandler<Ask, Answer>({
      // Signals carry the links of the operation if they go through the handle of the operation's client.
      async start(_, client, ask) {
        const handle = client.getWorkflowHandle(ask.id);
        await handle.signal('note', ask.text);
        const notes = await handle.query<string[]>('notes');
        const approved = await client.client.workflow
          .getHandle(ask.id)
          .executeUpdate<Answer, [Ask]>('approve', { args: [ask] });
        await client.signalWithStartWorkflow<() => Promise<void>, [string]>('MatrixTarget', {
          workflowId: `${ask.text}-kept`,
          taskQueue,
          signal: 'note',
          signalArgs: [ask.text],
        });
        return TemporalOperationResult.sync({
          text: `${notes.includes(ask.text) ? 'noted' : 'lost'}, ${approved.text}`,
        });
      },
    }),
    run: new WorkflowRunOperationHandler<Ask, Answer>((ctx, ask) =>
      startWorkflow<(ask: Ask) => Promise<Answer>>(ctx, 'MatrixRun', {
        workflowId: ask.id,
        taskQueue,
        args: [ask],
        workflowIdConflictPolicy: 'USE_EXISTING',
      }),
    ),
    update: new TemporalOperationHandler<Ask, Answer>({
      start: (_, client, ask) => client.getWorkflowHandle(ask.id).update<Answer, [Ask]>('approve', { args: [ask] }),
    }),
    activity: new TemporalOperationHandler<Ask, Answer>({
      start: (_, client, ask) =>
        client.startActivity<Answer>('MatrixActivity', { id: ask.id, taskQueue, args: [ask], startToCloseTimeout: '10s' }),
    }),
  });
}

export function activities(me: string): object {
  return {
    async MatrixActivity(ask: Ask): Promise<Answer> {
      return { text: `${me}: ${ask.text}` };
    },
  };
}

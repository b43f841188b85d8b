// SPDX-License-Identifier: Apache-2.0

import {
  ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  NexusOperationCancellationType,
  TimeoutFailure,
  condition,
  createNexusServiceClient,
  defineQuery,
  defineSignal,
  defineUpdate,
  isCancellation,
  setHandler,
  sleep,
  workflowInfo,
  type WorkflowInterceptors,
} from '@temporalio/workflow';
import { NexusOperationFailure } from '@temporalio/common';
import { HandlerError } from 'nexus-rpc';
import { header, matrixAndMore, type Answer, type Ask, type Call, type Outcome } from './contract';

const cancellations = {
  '': NexusOperationCancellationType.WAIT_CANCELLATION_COMPLETED,
  WAIT_COMPLETED: NexusOperationCancellationType.WAIT_CANCELLATION_COMPLETED,
  WAIT_REQUESTED: NexusOperationCancellationType.WAIT_CANCELLATION_REQUESTED,
  TRY_CANCEL: NexusOperationCancellationType.TRY_CANCEL,
  ABANDON: NexusOperationCancellationType.ABANDON,
};

let headerToSend = ''; // of the run: each has its own copy of this module

/** Calls have no option for headers. */
export const interceptors = (): WorkflowInterceptors => ({
  outbound: [
    {
      async startNexusOperation(input, next) {
        const headers = headerToSend ? { ...input.headers, [header]: headerToSend } : input.headers;
        return next({ ...input, headers });
      },
    },
  ],
});

function kindOf(error: unknown): string {
  if (error instanceof NexusOperationFailure) return 'nexus';
  if (error instanceof HandlerError) return `handler ${error.type}`;
  if (error instanceof ApplicationFailure) return `application ${error.type}`;
  if (error instanceof CancelledFailure) return 'canceled';
  if (error instanceof TimeoutFailure) return `timeout ${error.timeoutType}`;
  return error instanceof Error ? error.name : typeof error;
}

/** Each error of the chain that begins with the operation's: `kind: message`. */
function chain(error: unknown): string[] {
  const lines: string[] = [];
  for (let at = error; at instanceof Error; at = at.cause) lines.push(`${kindOf(at)}: ${at.message}`);
  return lines;
}

export async function MatrixCaller(call: Call): Promise<Outcome> {
  const client = createNexusServiceClient({ endpoint: call.endpoint, service: matrixAndMore });
  const ask = { how: call.how, id: call.id, text: call.size ? 'x'.repeat(call.size) : call.text };
  const outcome: Outcome = { text: '', errors: [] };
  headerToSend = call.header;
  const scope = new CancellationScope();
  try {
    const { text } = await scope.run(async () => {
      const handle = await client.startOperation(call.operation as 'echo', ask, {
        scheduleToCloseTimeout: call.schedule_to_close || undefined,
        scheduleToStartTimeout: call.schedule_to_start || undefined,
        startToCloseTimeout: call.start_to_close || undefined,
        cancellationType: cancellations[call.cancel],
        summary: call.summary || undefined,
      });
      if (call.cancel) scope.cancel();
      return handle.result();
    });
    outcome.text = text.length < 1000 ? text : `${text.length} characters`;
  } catch (error) {
    outcome.errors = chain(error);
  }
  if (call.linger) await sleep(call.linger);
  return outcome;
}

/** What this peer is called; only the handler's workflows ask. */
function me(): string {
  return workflowInfo().taskQueue.replace('handlers-', '');
}

const finish = defineSignal('finish');

export async function MatrixRun(ask: Ask): Promise<Answer> {
  let finished = false;
  setHandler(finish, () => void (finished = true));
  if (ask.how === 'fail') throw ApplicationFailure.nonRetryable('no money', 'Poor');
  if (ask.how === 'wait' || ask.how === 'stay') {
    try {
      await condition(() => finished);
    } catch (error) {
      if (isCancellation(error)) await CancellationScope.nonCancellable(() => sleep(ask.how === 'stay' ? '20s' : '1s'));
      throw error;
    }
  }
  return { text: `${me()}: ${ask.text}` };
}

const note = defineSignal<[string]>('note');
const notes = defineQuery<string[]>('notes');
const approve = defineUpdate<Answer, [Ask]>('approve');

export async function MatrixTarget(): Promise<void> {
  const written: string[] = [];
  setHandler(note, (text) => void written.push(text));
  setHandler(notes, () => written);
  setHandler(approve, async (ask) => {
    await sleep(200);
    return { text: `${me()}: ${ask.text}` };
  });
  await condition(() => false);
}

// Asks a workflow: queries and its stack trace. Tells it: updates.

import { useState } from 'preact/hooks';
import { at, identity, messageOf, post } from '../api/client.ts';
import { payloadValue, writtenInput } from '../api/payloads.ts';
import type { Failure, Payload, Payloads, WorkflowInfo } from '../api/types.ts';
import { Problem } from '../ui/basics.tsx';
import { Field } from '../ui/dialog.tsx';
import { useLoad } from '../ui/load.ts';
import { Code, FailureView, PayloadsView } from '../ui/payload_view.tsx';

interface Props {
  namespace: string;
  info: WorkflowInfo;
}

interface QueryAnswer {
  queryResult?: Payloads;
  queryRejected?: { status?: string };
}

async function ask({ namespace, info }: Props, type: string, input: string): Promise<Payload[]> {
  const answer = await post<QueryAnswer>(
    at`namespaces/${namespace}/workflows/${info.execution.workflowId}/query/${type}`,
    {
      execution: info.execution,
      query: { queryType: type, queryArgs: await writtenInput(input, namespace) },
    },
  );
  if (answer.queryRejected) throw new Error('The workflow rejects queries in its state.');
  return answer.queryResult?.payloads ?? [];
}

interface Definition {
  name?: string;
  description?: string;
}
interface Metadata {
  definition?: { queryDefinitions?: Definition[]; updateDefinitions?: Definition[] };
}

/** What the workflow says that it answers; nothing from workers that do not say. */
function useDefinitions(props: Props): { queries: string[]; updates: string[] } {
  const { namespace, info } = props;
  const loaded = useLoad(
    async () => payloadValue((await ask(props, '__temporal_workflow_metadata', ''))[0]) as Metadata | undefined,
    [namespace, info.execution.runId],
  );
  const names = (from: Definition[] | undefined): string[] =>
    (from ?? []).map((each) => each.name ?? '').filter((name) => name && !name.startsWith('__'));
  return {
    queries: names(loaded.data?.definition?.queryDefinitions),
    updates: names(loaded.data?.definition?.updateDefinitions),
  };
}

export function Messages(props: Props) {
  const definitions = useDefinitions(props);
  return (
    <div class="columns">
      <StackTrace {...props} />
      <Query {...props} names={definitions.queries} />
      {props.info.status === 'WORKFLOW_EXECUTION_STATUS_RUNNING' && <Update {...props} names={definitions.updates} />}
    </div>
  );
}

function StackTrace(props: Props) {
  const { namespace, info } = props;
  const loaded = useLoad(
    () => ask(props, '__stack_trace', ''),
    [namespace, info.execution.runId, info.stateTransitionCount],
  );
  const text = payloadValue(loaded.data?.[0]);
  return (
    <section class="card">
      <div class="title">
        <h2>Stack trace</h2>
        <span class="space" />
        <button onClick={loaded.reload} disabled={loaded.loading}>
          Ask again
        </button>
      </div>
      <Problem error={loaded.error} />
      {loaded.loading && (
        <p class="dim" role="status">
          Asking a worker…
        </p>
      )}
      {typeof text === 'string' &&
        (text ? <Code text={text} label="Stack trace" /> : <p class="dim">No coroutine waits.</p>)}
      {loaded.data && typeof text !== 'string' && (
        <PayloadsView of={loaded.data} namespace={namespace} label="Stack trace" />
      )}
    </section>
  );
}

type Outcome = { payloads: Payload[] } | { failure: Failure } | { error: string };

function Answer({ of, namespace }: { of: Outcome | undefined; namespace: string }) {
  if (!of) return null;
  if ('error' in of)
    return (
      <div class="problem" role="alert">
        {of.error}
      </div>
    );
  if ('failure' in of) return <FailureView of={of.failure} namespace={namespace} />;
  return (
    <div role="status">
      <PayloadsView of={of.payloads} namespace={namespace} label="Answer" />
    </div>
  );
}

interface FormProps {
  title: string;
  action: string;
  names: string[];
  namespace: string;
  send: (name: string, input: string) => Promise<Outcome>;
}

function MessageForm({ title, action, names, namespace, send }: FormProps) {
  const [name, setName] = useState('');
  const [input, setInput] = useState('');
  const [busy, setBusy] = useState(false);
  const [outcome, setOutcome] = useState<Outcome>();
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setOutcome(undefined);
    setOutcome(await send(name, input).catch((error: unknown) => ({ error: messageOf(error) })));
    setBusy(false);
  };
  return (
    <section class="card">
      <h2>{title}</h2>
      <form onSubmit={(event) => void submit(event)}>
        <Field label="Name" value={name} set={setName} list={names} required />
        <Field label="Input (JSON)" value={input} set={setInput} rows={2} />
        <button class="primary" disabled={busy}>
          {action}
        </button>
      </form>
      <Answer of={outcome} namespace={namespace} />
    </section>
  );
}

function Query({ names, ...props }: Props & { names: string[] }) {
  const send = async (name: string, input: string): Promise<Outcome> => ({ payloads: await ask(props, name, input) });
  return <MessageForm title="Query" action="Ask" names={names} namespace={props.namespace} send={send} />;
}

interface UpdateAnswer {
  outcome?: { success?: Payloads; failure?: Failure };
}

function Update({ names, namespace, info }: Props & { names: string[] }) {
  const send = async (name: string, input: string): Promise<Outcome> => {
    const answer = await post<UpdateAnswer>(
      at`namespaces/${namespace}/workflows/${info.execution.workflowId}/update/${name}`,
      {
        workflowExecution: info.execution,
        waitPolicy: { lifecycleStage: 'UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_COMPLETED' },
        request: {
          meta: { updateId: crypto.randomUUID(), identity },
          input: { name, args: await writtenInput(input, namespace) },
        },
      },
    );
    if (answer.outcome?.failure) return { failure: answer.outcome.failure };
    if (!answer.outcome) throw new Error('The update is under way; its outcome will be in the history.');
    return { payloads: answer.outcome.success?.payloads ?? [] };
  };
  return <MessageForm title="Update" action="Send" names={names} namespace={namespace} send={send} />;
}

// What a workflow waits for: attempts, the last failure, the next try.

import type { ComponentChildren } from 'preact';
import type { Callback, Failure, PendingActivity, PendingOperation, WorkflowDescription } from '../api/types.ts';
import { isTime, showDuration } from '../model/time.ts';
import { enumWord } from '../model/words.ts';
import { Empty, Fields, Time, now } from '../ui/basics.tsx';
import { LinkView, workflowPage } from '../ui/links.tsx';
import { FailureView, PayloadsView } from '../ui/payload_view.tsx';

export const pendingOf = (of: WorkflowDescription): number =>
  (of.pendingActivities?.length ?? 0) +
  (of.pendingNexusOperations?.length ?? 0) +
  (of.pendingChildren?.length ?? 0) +
  (of.callbacks?.length ?? 0);

function NextTry({ at }: { at: string | undefined }) {
  if (!isTime(at)) return null;
  const ms = Date.parse(at) - now.value;
  return (
    <>
      <Time at={at} /> {ms > 0 && <span class="dim">in {showDuration(ms)}</span>}
    </>
  );
}

function Card({
  title,
  state,
  fields,
  failure,
  namespace,
  children,
}: {
  title: ComponentChildren;
  state: string;
  fields: [string, ComponentChildren][];
  failure: Failure | undefined;
  namespace: string;
  children?: ComponentChildren;
}) {
  return (
    <section class="card">
      <h3>
        {title} <span class="badge">{state}</span>
      </h3>
      <Fields of={fields} />
      {children}
      {failure && (
        <>
          <h4>Last failure</h4>
          <FailureView of={failure} namespace={namespace} />
        </>
      )}
    </section>
  );
}

export function PendingActivities({ of, namespace }: { of: PendingActivity[]; namespace: string }) {
  return (
    <>
      <h2>Pending activities</h2>
      {of.map((each) => (
        <Card
          key={each.activityId}
          title={`${each.activityType?.name} ${each.activityId}`}
          state={each.paused ? 'Paused' : enumWord(each.state, 'PENDING_ACTIVITY_STATE')}
          namespace={namespace}
          failure={each.lastFailure}
          fields={[
            ['Attempt', `${each.attempt ?? 1}${each.maximumAttempts ? ` of ${each.maximumAttempts}` : ''}`],
            ['Next try', isTime(each.nextAttemptScheduleTime) && <NextTry at={each.nextAttemptScheduleTime} />],
            ['Last start', isTime(each.lastStartedTime) && <Time at={each.lastStartedTime} />],
            ['Last heartbeat', isTime(each.lastHeartbeatTime) && <Time at={each.lastHeartbeatTime} />],
            ['Expires', isTime(each.expirationTime) && <Time at={each.expirationTime} />],
            ['Worker', each.lastWorkerIdentity],
          ]}
        >
          {each.heartbeatDetails?.payloads && (
            <>
              <h4>Heartbeat</h4>
              <PayloadsView of={each.heartbeatDetails.payloads} namespace={namespace} label="Heartbeat" />
            </>
          )}
        </Card>
      ))}
    </>
  );
}

export function PendingOperations({ of, namespace }: { of: PendingOperation[]; namespace: string }) {
  return (
    <>
      <h2>Pending Nexus operations</h2>
      {of.map((each) => (
        <Card
          key={each.scheduledEventId}
          title={`${each.service}.${each.operation}`}
          state={enumWord(each.state, 'PENDING_NEXUS_OPERATION_STATE')}
          namespace={namespace}
          failure={each.lastAttemptFailure}
          fields={[
            ['Endpoint', each.endpoint],
            ['Attempt', String(each.attempt ?? 1)],
            ['Next try', isTime(each.nextAttemptScheduleTime) && <NextTry at={each.nextAttemptScheduleTime} />],
            ['Blocked', each.blockedReason],
            ['Scheduled', <Time at={each.scheduledTime} />],
            ['Last attempt', isTime(each.lastAttemptCompleteTime) && <Time at={each.lastAttemptCompleteTime} />],
            ['Token', each.operationToken],
            [
              'Cancellation',
              each.cancellationInfo &&
                `${enumWord(each.cancellationInfo.state, 'NEXUS_OPERATION_CANCELLATION_STATE')}, attempt ${each.cancellationInfo.attempt ?? 0}`,
            ],
          ]}
        />
      ))}
    </>
  );
}

function Callbacks({ of, namespace }: { of: Callback[]; namespace: string }) {
  return (
    <>
      <h2>Callbacks</h2>
      {of.map((each, i) => (
        <Card
          key={i}
          title={each.callback?.nexus?.url ?? 'callback'}
          state={enumWord(each.state, 'CALLBACK_STATE')}
          namespace={namespace}
          failure={each.lastAttemptFailure}
          fields={[
            ['Attempt', String(each.attempt ?? 0)],
            ['Next try', isTime(each.nextAttemptScheduleTime) && <NextTry at={each.nextAttemptScheduleTime} />],
            ['Blocked', each.blockedReason],
            ['Registered', <Time at={each.registrationTime} />],
            ['Last attempt', isTime(each.lastAttemptCompleteTime) && <Time at={each.lastAttemptCompleteTime} />],
            [
              'For',
              each.callback?.links?.map((link, j) => (
                <div key={j}>
                  <LinkView of={link} />
                </div>
              )),
            ],
          ]}
        />
      ))}
    </>
  );
}

export function Pending({ namespace, of }: { namespace: string; of: WorkflowDescription }) {
  if (pendingOf(of) === 0) return <Empty>Nothing is pending.</Empty>;
  return (
    <>
      {of.pendingActivities && <PendingActivities of={of.pendingActivities} namespace={namespace} />}
      {of.pendingNexusOperations && <PendingOperations of={of.pendingNexusOperations} namespace={namespace} />}
      {of.pendingChildren && (
        <>
          <h2>Pending children</h2>
          <ul class="card plain">
            {of.pendingChildren.map((child) => (
              <li key={child.runId}>
                <a href={workflowPage(namespace, child.workflowId, child.runId)}>{child.workflowId}</a>{' '}
                <span class="dim">{child.workflowTypeName}</span>
              </li>
            ))}
          </ul>
        </>
      )}
      {of.callbacks && <Callbacks of={of.callbacks} namespace={namespace} />}
    </>
  );
}

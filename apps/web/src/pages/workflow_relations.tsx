// Which workflows a workflow belongs to: its parent and root, its children, its other runs.

import { at, get } from '../api/client.ts';
import type { Execution, WorkflowDescription, WorkflowList } from '../api/types.ts';
import { attributesOf, type History } from '../model/history.ts';
import { quoted } from '../model/query.ts';
import { Await, Empty, Fields, Status, Time } from '../ui/basics.tsx';
import { workflowPage } from '../ui/links.tsx';
import { useLoad } from '../ui/load.ts';

interface Props {
  namespace: string;
  of: WorkflowDescription;
  history: History;
}

export function Relations({ namespace, of, history }: Props) {
  const info = of.workflowExecutionInfo;
  const { workflowId, runId } = info.execution;
  const link = (execution: Execution) => (
    <a href={workflowPage(namespace, execution.workflowId, execution.runId)}>{execution.workflowId}</a>
  );
  const run = (id: unknown) =>
    typeof id === 'string' && id && id !== runId && <a href={workflowPage(namespace, workflowId, id)}>{id}</a>;
  const root = info.rootExecution;
  const started = history.first ? attributesOf(history.first) : {};
  const closed = history.closing ? attributesOf(history.closing) : {};
  return (
    <>
      <section class="card">
        <h2>Family</h2>
        <Fields
          of={[
            ['Parent', info.parentExecution ? link(info.parentExecution) : 'none'],
            ['Root', root && root.runId !== runId ? link(root) : 'itself'],
            ['First run', run(info.firstRunId)],
            ['Continued from', run(started['continuedExecutionRunId'])],
            ['Continued as', run(closed['newExecutionRunId'])],
          ]}
        />
      </section>
      <Listed
        title="Children"
        none="It has no children."
        namespace={namespace}
        query={`ParentWorkflowId = ${quoted(workflowId)} AND ParentRunId = ${quoted(runId)}`}
        version={history.events.length}
      />
      <Listed
        title="Runs with this id"
        none="None is kept."
        namespace={namespace}
        query={`WorkflowId = ${quoted(workflowId)}`}
        version={0}
      />
    </>
  );
}

function Listed({
  title,
  none,
  namespace,
  query,
  version,
}: {
  title: string;
  none: string;
  namespace: string;
  query: string;
  version: number;
}) {
  const list = useLoad(
    (signal) => get<WorkflowList>(at`namespaces/${namespace}/workflows`, { query, pageSize: 100 }, signal),
    [namespace, query, version],
  );
  return (
    <section class="card">
      <h2>{title}</h2>
      <Await of={list}>
        {({ executions = [], nextPageToken }) =>
          executions.length === 0 ? (
            <Empty>{none}</Empty>
          ) : (
            <div class="scroll" tabIndex={0} role="region" aria-label={title}>
              <table>
                <tbody>
                  {executions.map((each) => (
                    <tr key={each.execution.runId}>
                      <td>
                        <Status of={each.status} />
                      </td>
                      <td>
                        <a href={workflowPage(namespace, each.execution.workflowId, each.execution.runId)}>
                          {each.execution.workflowId}
                        </a>
                      </td>
                      <td class="dim">{each.execution.runId}</td>
                      <td>{each.type?.name}</td>
                      <td>
                        <Time at={each.startTime} />
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
              {nextPageToken && <p class="dim">The first 100.</p>}
            </div>
          )
        }
      </Await>
    </section>
  );
}

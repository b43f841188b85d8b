// What the API answers, as far as the pages read it. 64-bit numbers and durations are strings.

export interface Payload {
  metadata?: Record<string, string>;
  data?: string;
}
export interface Payloads {
  payloads?: Payload[];
}
export interface Failure {
  message?: string;
  source?: string;
  stackTrace?: string;
  cause?: Failure;
  [info: string]: unknown;
}
export interface Execution {
  workflowId: string;
  runId: string;
}
export interface Named {
  name: string;
}

export interface WorkflowInfo {
  execution: Execution;
  type?: Named;
  startTime?: string;
  closeTime?: string;
  executionTime?: string;
  status: string;
  historyLength?: string;
  historySizeBytes?: string;
  stateTransitionCount?: string;
  executionDuration?: string;
  parentNamespaceId?: string;
  parentExecution?: Execution;
  rootExecution?: Execution;
  firstRunId?: string;
  taskQueue?: string;
  memo?: { fields?: Record<string, Payload> };
  searchAttributes?: { indexedFields?: Record<string, Payload> };
}
export interface WorkflowList {
  executions?: WorkflowInfo[];
  nextPageToken?: string;
}
export interface Count {
  count?: string;
  groups?: { groupValues: Payload[]; count?: string }[];
}

export interface Link {
  workflowEvent?: {
    namespace: string;
    workflowId: string;
    runId: string;
    eventRef?: { eventId?: string; eventType?: string };
    requestIdRef?: { requestId?: string; eventType?: string };
  };
  workflow?: { namespace: string; workflowId: string; runId: string };
  activity?: { namespace: string; activityId: string; runId: string };
  nexusOperation?: { namespace: string; operationId: string; runId: string };
  batchJob?: { jobId: string };
}

export interface HistoryEvent {
  eventId: string;
  eventTime: string;
  eventType: string;
  links?: Link[];
  [attributes: string]: unknown;
}
export interface HistoryPage {
  history?: { events?: HistoryEvent[] };
  nextPageToken?: string;
}

export interface PendingActivity {
  activityId: string;
  activityType?: Named;
  state?: string;
  attempt?: number;
  maximumAttempts?: number;
  scheduledTime?: string;
  lastStartedTime?: string;
  lastHeartbeatTime?: string;
  nextAttemptScheduleTime?: string;
  expirationTime?: string;
  lastWorkerIdentity?: string;
  lastFailure?: Failure;
  heartbeatDetails?: Payloads;
  paused?: boolean;
}
export interface PendingChild {
  workflowId: string;
  runId: string;
  workflowTypeName?: string;
  initiatedId?: string;
}
export interface PendingOperation {
  endpoint: string;
  service: string;
  operation: string;
  operationToken?: string;
  scheduledEventId?: string;
  scheduledTime?: string;
  state?: string;
  attempt?: number;
  lastAttemptCompleteTime?: string;
  lastAttemptFailure?: Failure;
  nextAttemptScheduleTime?: string;
  blockedReason?: string;
  cancellationInfo?: { state?: string; attempt?: number; lastAttemptFailure?: Failure };
}
export interface Callback {
  callback?: { nexus?: { url?: string }; links?: Link[] };
  trigger?: Record<string, unknown>;
  registrationTime?: string;
  state?: string;
  attempt?: number;
  lastAttemptCompleteTime?: string;
  lastAttemptFailure?: Failure;
  nextAttemptScheduleTime?: string;
  blockedReason?: string;
}
export interface WorkflowDescription {
  executionConfig?: { taskQueue?: Named };
  workflowExecutionInfo: WorkflowInfo;
  pendingActivities?: PendingActivity[];
  pendingChildren?: PendingChild[];
  pendingNexusOperations?: PendingOperation[];
  pendingWorkflowTask?: { state?: string; attempt?: number; scheduledTime?: string };
  callbacks?: Callback[];
}

export interface EndpointSpec {
  name: string;
  description?: Payload;
  target: { worker?: { namespace: string; taskQueue: string }; external?: { url: string } };
  /** Where the service has it; nothing or empty: every namespace may call. */
  allowedCallerNamespaces?: string[];
}
/** One that is closed and counts no failures is not told of. */
export interface CircuitBreaker {
  callerNamespace: string;
  requests: 'start' | 'cancel';
  state: 'closed' | 'open' | 'half open';
  failuresInARow?: number;
  openedBy?: string;
  openUntil?: string;
}
export interface Endpoint {
  id: string;
  version: string;
  spec: EndpointSpec;
  createdTime?: string;
  lastModifiedTime?: string;
  urlPrefix?: string;
  circuitBreakers?: CircuitBreaker[];
}

export interface Namespace {
  namespaceInfo: {
    name: string;
    id: string;
    state?: string;
    description?: string;
    ownerEmail?: string;
    data?: Record<string, string>;
    capabilities?: Record<string, boolean>;
  };
  config?: { workflowExecutionRetentionTtl?: string };
}

export interface Poller {
  identity?: string;
  lastAccessTime?: string;
  ratePerSecond?: number;
}
export interface TaskQueue {
  pollers?: Poller[];
  stats?: {
    approximateBacklogCount?: string;
    approximateBacklogAge?: string;
    tasksAddRate?: number;
    tasksDispatchRate?: number;
  };
}

// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Names of wire messages, so that headers need not include generated ones.

namespace google::protobuf {
class Message;
}

namespace temporal::api {

namespace common::v1 {
class Callback;
class Link;
class Payload;
class Payloads;
class Priority;
class SearchAttributes;
} // namespace common::v1

namespace failure::v1 {
class Failure;
}

namespace history::v1 {
class HistoryEvent;
}

namespace nexus::v1 {
class Request;
class Response;
} // namespace nexus::v1

namespace update::v1 {
class Outcome;
}

namespace workflow::v1 {
class WorkflowExecutionInfo;
}

namespace workflowservice::v1 {
class DeleteWorkflowExecutionRequest;
class DescribeWorkflowExecutionRequest;
class DescribeWorkflowExecutionResponse;
class DeleteActivityExecutionRequest;
class DeleteNexusOperationExecutionRequest;
class DescribeActivityExecutionRequest;
class DescribeNexusOperationExecutionRequest;
class ExecuteMultiOperationRequest;
class GetWorkflowExecutionHistoryRequest;
class GetWorkflowExecutionHistoryReverseRequest;
class PauseActivityRequest;
class PollActivityExecutionRequest;
class PollNexusOperationExecutionRequest;
class PollWorkflowExecutionUpdateRequest;
class PollWorkflowTaskQueueResponse;
class QueryWorkflowRequest;
class RequestCancelActivityExecutionRequest;
class RequestCancelNexusOperationExecutionRequest;
class RequestCancelWorkflowExecutionRequest;
class ResetActivityRequest;
class ResetStickyTaskQueueRequest;
class ResetWorkflowExecutionRequest;
class RespondNexusTaskCompletedRequest;
class RespondNexusTaskFailedRequest;
class RespondWorkflowTaskCompletedRequest;
class RespondWorkflowTaskFailedRequest;
class SignalWithStartWorkflowExecutionRequest;
class SignalWithStartWorkflowExecutionResponse;
class SignalWorkflowExecutionRequest;
class StartWorkflowExecutionRequest;
class StartActivityExecutionRequest;
class StartNexusOperationExecutionRequest;
class TerminateActivityExecutionRequest;
class TerminateNexusOperationExecutionRequest;
class TerminateWorkflowExecutionRequest;
class UnpauseActivityRequest;
class UnpauseWorkflowExecutionRequest;
class UpdateActivityOptionsRequest;
class UpdateWorkflowExecutionOptionsRequest;
class UpdateWorkflowExecutionRequest;
} // namespace workflowservice::v1

} // namespace temporal::api

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

/// Full method names of `temporal.api.workflowservice.v1.WorkflowService`.
namespace troupe::rpc::methods::workflow_service {

inline constexpr std::string_view prefix = "/temporal.api.workflowservice.v1.WorkflowService/";

inline constexpr std::string_view register_namespace =
    "/temporal.api.workflowservice.v1.WorkflowService/RegisterNamespace";
inline constexpr std::string_view describe_namespace =
    "/temporal.api.workflowservice.v1.WorkflowService/DescribeNamespace";
inline constexpr std::string_view list_namespaces =
    "/temporal.api.workflowservice.v1.WorkflowService/ListNamespaces";
inline constexpr std::string_view update_namespace =
    "/temporal.api.workflowservice.v1.WorkflowService/UpdateNamespace";
inline constexpr std::string_view deprecate_namespace =
    "/temporal.api.workflowservice.v1.WorkflowService/DeprecateNamespace";
inline constexpr std::string_view start_workflow_execution =
    "/temporal.api.workflowservice.v1.WorkflowService/StartWorkflowExecution";
inline constexpr std::string_view execute_multi_operation =
    "/temporal.api.workflowservice.v1.WorkflowService/ExecuteMultiOperation";
inline constexpr std::string_view get_workflow_execution_history =
    "/temporal.api.workflowservice.v1.WorkflowService/GetWorkflowExecutionHistory";
inline constexpr std::string_view get_workflow_execution_history_reverse =
    "/temporal.api.workflowservice.v1.WorkflowService/GetWorkflowExecutionHistoryReverse";
inline constexpr std::string_view poll_workflow_task_queue =
    "/temporal.api.workflowservice.v1.WorkflowService/PollWorkflowTaskQueue";
inline constexpr std::string_view respond_workflow_task_completed =
    "/temporal.api.workflowservice.v1.WorkflowService/RespondWorkflowTaskCompleted";
inline constexpr std::string_view respond_workflow_task_failed =
    "/temporal.api.workflowservice.v1.WorkflowService/RespondWorkflowTaskFailed";
inline constexpr std::string_view poll_activity_task_queue =
    "/temporal.api.workflowservice.v1.WorkflowService/PollActivityTaskQueue";
inline constexpr std::string_view record_activity_task_heartbeat =
    "/temporal.api.workflowservice.v1.WorkflowService/RecordActivityTaskHeartbeat";
inline constexpr std::string_view record_activity_task_heartbeat_by_id =
    "/temporal.api.workflowservice.v1.WorkflowService/RecordActivityTaskHeartbeatById";
inline constexpr std::string_view respond_activity_task_completed =
    "/temporal.api.workflowservice.v1.WorkflowService/RespondActivityTaskCompleted";
inline constexpr std::string_view respond_activity_task_completed_by_id =
    "/temporal.api.workflowservice.v1.WorkflowService/RespondActivityTaskCompletedById";
inline constexpr std::string_view respond_activity_task_failed =
    "/temporal.api.workflowservice.v1.WorkflowService/RespondActivityTaskFailed";
inline constexpr std::string_view respond_activity_task_failed_by_id =
    "/temporal.api.workflowservice.v1.WorkflowService/RespondActivityTaskFailedById";
inline constexpr std::string_view respond_activity_task_canceled =
    "/temporal.api.workflowservice.v1.WorkflowService/RespondActivityTaskCanceled";
inline constexpr std::string_view respond_activity_task_canceled_by_id =
    "/temporal.api.workflowservice.v1.WorkflowService/RespondActivityTaskCanceledById";
inline constexpr std::string_view request_cancel_workflow_execution =
    "/temporal.api.workflowservice.v1.WorkflowService/RequestCancelWorkflowExecution";
inline constexpr std::string_view signal_workflow_execution =
    "/temporal.api.workflowservice.v1.WorkflowService/SignalWorkflowExecution";
inline constexpr std::string_view signal_with_start_workflow_execution =
    "/temporal.api.workflowservice.v1.WorkflowService/SignalWithStartWorkflowExecution";
inline constexpr std::string_view reset_workflow_execution =
    "/temporal.api.workflowservice.v1.WorkflowService/ResetWorkflowExecution";
inline constexpr std::string_view terminate_workflow_execution =
    "/temporal.api.workflowservice.v1.WorkflowService/TerminateWorkflowExecution";
inline constexpr std::string_view delete_workflow_execution =
    "/temporal.api.workflowservice.v1.WorkflowService/DeleteWorkflowExecution";
inline constexpr std::string_view list_open_workflow_executions =
    "/temporal.api.workflowservice.v1.WorkflowService/ListOpenWorkflowExecutions";
inline constexpr std::string_view list_closed_workflow_executions =
    "/temporal.api.workflowservice.v1.WorkflowService/ListClosedWorkflowExecutions";
inline constexpr std::string_view list_workflow_executions =
    "/temporal.api.workflowservice.v1.WorkflowService/ListWorkflowExecutions";
inline constexpr std::string_view list_archived_workflow_executions =
    "/temporal.api.workflowservice.v1.WorkflowService/ListArchivedWorkflowExecutions";
inline constexpr std::string_view scan_workflow_executions =
    "/temporal.api.workflowservice.v1.WorkflowService/ScanWorkflowExecutions";
inline constexpr std::string_view count_workflow_executions =
    "/temporal.api.workflowservice.v1.WorkflowService/CountWorkflowExecutions";
inline constexpr std::string_view get_search_attributes =
    "/temporal.api.workflowservice.v1.WorkflowService/GetSearchAttributes";
inline constexpr std::string_view respond_query_task_completed =
    "/temporal.api.workflowservice.v1.WorkflowService/RespondQueryTaskCompleted";
inline constexpr std::string_view reset_sticky_task_queue =
    "/temporal.api.workflowservice.v1.WorkflowService/ResetStickyTaskQueue";
inline constexpr std::string_view shutdown_worker =
    "/temporal.api.workflowservice.v1.WorkflowService/ShutdownWorker";
inline constexpr std::string_view query_workflow =
    "/temporal.api.workflowservice.v1.WorkflowService/QueryWorkflow";
inline constexpr std::string_view describe_workflow_execution =
    "/temporal.api.workflowservice.v1.WorkflowService/DescribeWorkflowExecution";
inline constexpr std::string_view describe_task_queue =
    "/temporal.api.workflowservice.v1.WorkflowService/DescribeTaskQueue";
inline constexpr std::string_view get_cluster_info =
    "/temporal.api.workflowservice.v1.WorkflowService/GetClusterInfo";
inline constexpr std::string_view get_system_info =
    "/temporal.api.workflowservice.v1.WorkflowService/GetSystemInfo";
inline constexpr std::string_view list_task_queue_partitions =
    "/temporal.api.workflowservice.v1.WorkflowService/ListTaskQueuePartitions";
inline constexpr std::string_view create_schedule =
    "/temporal.api.workflowservice.v1.WorkflowService/CreateSchedule";
inline constexpr std::string_view describe_schedule =
    "/temporal.api.workflowservice.v1.WorkflowService/DescribeSchedule";
inline constexpr std::string_view update_schedule =
    "/temporal.api.workflowservice.v1.WorkflowService/UpdateSchedule";
inline constexpr std::string_view patch_schedule =
    "/temporal.api.workflowservice.v1.WorkflowService/PatchSchedule";
inline constexpr std::string_view list_schedule_matching_times =
    "/temporal.api.workflowservice.v1.WorkflowService/ListScheduleMatchingTimes";
inline constexpr std::string_view delete_schedule =
    "/temporal.api.workflowservice.v1.WorkflowService/DeleteSchedule";
inline constexpr std::string_view list_schedules =
    "/temporal.api.workflowservice.v1.WorkflowService/ListSchedules";
inline constexpr std::string_view count_schedules =
    "/temporal.api.workflowservice.v1.WorkflowService/CountSchedules";
inline constexpr std::string_view update_worker_build_id_compatibility =
    "/temporal.api.workflowservice.v1.WorkflowService/UpdateWorkerBuildIdCompatibility";
inline constexpr std::string_view get_worker_build_id_compatibility =
    "/temporal.api.workflowservice.v1.WorkflowService/GetWorkerBuildIdCompatibility";
inline constexpr std::string_view update_worker_versioning_rules =
    "/temporal.api.workflowservice.v1.WorkflowService/UpdateWorkerVersioningRules";
inline constexpr std::string_view get_worker_versioning_rules =
    "/temporal.api.workflowservice.v1.WorkflowService/GetWorkerVersioningRules";
inline constexpr std::string_view get_worker_task_reachability =
    "/temporal.api.workflowservice.v1.WorkflowService/GetWorkerTaskReachability";
inline constexpr std::string_view describe_deployment =
    "/temporal.api.workflowservice.v1.WorkflowService/DescribeDeployment";
inline constexpr std::string_view describe_worker_deployment_version =
    "/temporal.api.workflowservice.v1.WorkflowService/DescribeWorkerDeploymentVersion";
inline constexpr std::string_view list_deployments =
    "/temporal.api.workflowservice.v1.WorkflowService/ListDeployments";
inline constexpr std::string_view get_deployment_reachability =
    "/temporal.api.workflowservice.v1.WorkflowService/GetDeploymentReachability";
inline constexpr std::string_view get_current_deployment =
    "/temporal.api.workflowservice.v1.WorkflowService/GetCurrentDeployment";
inline constexpr std::string_view set_current_deployment =
    "/temporal.api.workflowservice.v1.WorkflowService/SetCurrentDeployment";
inline constexpr std::string_view set_worker_deployment_current_version =
    "/temporal.api.workflowservice.v1.WorkflowService/SetWorkerDeploymentCurrentVersion";
inline constexpr std::string_view describe_worker_deployment =
    "/temporal.api.workflowservice.v1.WorkflowService/DescribeWorkerDeployment";
inline constexpr std::string_view delete_worker_deployment =
    "/temporal.api.workflowservice.v1.WorkflowService/DeleteWorkerDeployment";
inline constexpr std::string_view delete_worker_deployment_version =
    "/temporal.api.workflowservice.v1.WorkflowService/DeleteWorkerDeploymentVersion";
inline constexpr std::string_view set_worker_deployment_ramping_version =
    "/temporal.api.workflowservice.v1.WorkflowService/SetWorkerDeploymentRampingVersion";
inline constexpr std::string_view list_worker_deployments =
    "/temporal.api.workflowservice.v1.WorkflowService/ListWorkerDeployments";
inline constexpr std::string_view create_worker_deployment =
    "/temporal.api.workflowservice.v1.WorkflowService/CreateWorkerDeployment";
inline constexpr std::string_view create_worker_deployment_version =
    "/temporal.api.workflowservice.v1.WorkflowService/CreateWorkerDeploymentVersion";
inline constexpr std::string_view update_worker_deployment_version_compute_config =
    "/temporal.api.workflowservice.v1.WorkflowService/UpdateWorkerDeploymentVersionComputeConfig";
inline constexpr std::string_view validate_worker_deployment_version_compute_config =
    "/temporal.api.workflowservice.v1.WorkflowService/ValidateWorkerDeploymentVersionComputeConfig";
inline constexpr std::string_view update_worker_deployment_version_metadata =
    "/temporal.api.workflowservice.v1.WorkflowService/UpdateWorkerDeploymentVersionMetadata";
inline constexpr std::string_view set_worker_deployment_manager =
    "/temporal.api.workflowservice.v1.WorkflowService/SetWorkerDeploymentManager";
inline constexpr std::string_view update_workflow_execution =
    "/temporal.api.workflowservice.v1.WorkflowService/UpdateWorkflowExecution";
inline constexpr std::string_view poll_workflow_execution_update =
    "/temporal.api.workflowservice.v1.WorkflowService/PollWorkflowExecutionUpdate";
inline constexpr std::string_view start_batch_operation =
    "/temporal.api.workflowservice.v1.WorkflowService/StartBatchOperation";
inline constexpr std::string_view stop_batch_operation =
    "/temporal.api.workflowservice.v1.WorkflowService/StopBatchOperation";
inline constexpr std::string_view describe_batch_operation =
    "/temporal.api.workflowservice.v1.WorkflowService/DescribeBatchOperation";
inline constexpr std::string_view list_batch_operations =
    "/temporal.api.workflowservice.v1.WorkflowService/ListBatchOperations";
inline constexpr std::string_view poll_nexus_task_queue =
    "/temporal.api.workflowservice.v1.WorkflowService/PollNexusTaskQueue";
inline constexpr std::string_view respond_nexus_task_completed =
    "/temporal.api.workflowservice.v1.WorkflowService/RespondNexusTaskCompleted";
inline constexpr std::string_view respond_nexus_task_failed =
    "/temporal.api.workflowservice.v1.WorkflowService/RespondNexusTaskFailed";
inline constexpr std::string_view update_activity_options =
    "/temporal.api.workflowservice.v1.WorkflowService/UpdateActivityOptions";
inline constexpr std::string_view update_workflow_execution_options =
    "/temporal.api.workflowservice.v1.WorkflowService/UpdateWorkflowExecutionOptions";
inline constexpr std::string_view pause_activity =
    "/temporal.api.workflowservice.v1.WorkflowService/PauseActivity";
inline constexpr std::string_view unpause_activity =
    "/temporal.api.workflowservice.v1.WorkflowService/UnpauseActivity";
inline constexpr std::string_view reset_activity =
    "/temporal.api.workflowservice.v1.WorkflowService/ResetActivity";
inline constexpr std::string_view create_workflow_rule =
    "/temporal.api.workflowservice.v1.WorkflowService/CreateWorkflowRule";
inline constexpr std::string_view describe_workflow_rule =
    "/temporal.api.workflowservice.v1.WorkflowService/DescribeWorkflowRule";
inline constexpr std::string_view delete_workflow_rule =
    "/temporal.api.workflowservice.v1.WorkflowService/DeleteWorkflowRule";
inline constexpr std::string_view list_workflow_rules =
    "/temporal.api.workflowservice.v1.WorkflowService/ListWorkflowRules";
inline constexpr std::string_view trigger_workflow_rule =
    "/temporal.api.workflowservice.v1.WorkflowService/TriggerWorkflowRule";
inline constexpr std::string_view record_worker_heartbeat =
    "/temporal.api.workflowservice.v1.WorkflowService/RecordWorkerHeartbeat";
inline constexpr std::string_view list_workers =
    "/temporal.api.workflowservice.v1.WorkflowService/ListWorkers";
inline constexpr std::string_view count_workers =
    "/temporal.api.workflowservice.v1.WorkflowService/CountWorkers";
inline constexpr std::string_view update_task_queue_config =
    "/temporal.api.workflowservice.v1.WorkflowService/UpdateTaskQueueConfig";
inline constexpr std::string_view fetch_worker_config =
    "/temporal.api.workflowservice.v1.WorkflowService/FetchWorkerConfig";
inline constexpr std::string_view update_worker_config =
    "/temporal.api.workflowservice.v1.WorkflowService/UpdateWorkerConfig";
inline constexpr std::string_view describe_worker =
    "/temporal.api.workflowservice.v1.WorkflowService/DescribeWorker";
inline constexpr std::string_view pause_workflow_execution =
    "/temporal.api.workflowservice.v1.WorkflowService/PauseWorkflowExecution";
inline constexpr std::string_view unpause_workflow_execution =
    "/temporal.api.workflowservice.v1.WorkflowService/UnpauseWorkflowExecution";
inline constexpr std::string_view start_activity_execution =
    "/temporal.api.workflowservice.v1.WorkflowService/StartActivityExecution";
inline constexpr std::string_view start_nexus_operation_execution =
    "/temporal.api.workflowservice.v1.WorkflowService/StartNexusOperationExecution";
inline constexpr std::string_view describe_activity_execution =
    "/temporal.api.workflowservice.v1.WorkflowService/DescribeActivityExecution";
inline constexpr std::string_view describe_nexus_operation_execution =
    "/temporal.api.workflowservice.v1.WorkflowService/DescribeNexusOperationExecution";
inline constexpr std::string_view poll_activity_execution =
    "/temporal.api.workflowservice.v1.WorkflowService/PollActivityExecution";
inline constexpr std::string_view poll_nexus_operation_execution =
    "/temporal.api.workflowservice.v1.WorkflowService/PollNexusOperationExecution";
inline constexpr std::string_view list_activity_executions =
    "/temporal.api.workflowservice.v1.WorkflowService/ListActivityExecutions";
inline constexpr std::string_view list_nexus_operation_executions =
    "/temporal.api.workflowservice.v1.WorkflowService/ListNexusOperationExecutions";
inline constexpr std::string_view count_activity_executions =
    "/temporal.api.workflowservice.v1.WorkflowService/CountActivityExecutions";
inline constexpr std::string_view count_nexus_operation_executions =
    "/temporal.api.workflowservice.v1.WorkflowService/CountNexusOperationExecutions";
inline constexpr std::string_view request_cancel_activity_execution =
    "/temporal.api.workflowservice.v1.WorkflowService/RequestCancelActivityExecution";
inline constexpr std::string_view request_cancel_nexus_operation_execution =
    "/temporal.api.workflowservice.v1.WorkflowService/RequestCancelNexusOperationExecution";
inline constexpr std::string_view terminate_activity_execution =
    "/temporal.api.workflowservice.v1.WorkflowService/TerminateActivityExecution";
inline constexpr std::string_view delete_activity_execution =
    "/temporal.api.workflowservice.v1.WorkflowService/DeleteActivityExecution";
inline constexpr std::string_view pause_activity_execution =
    "/temporal.api.workflowservice.v1.WorkflowService/PauseActivityExecution";
inline constexpr std::string_view reset_activity_execution =
    "/temporal.api.workflowservice.v1.WorkflowService/ResetActivityExecution";
inline constexpr std::string_view unpause_activity_execution =
    "/temporal.api.workflowservice.v1.WorkflowService/UnpauseActivityExecution";
inline constexpr std::string_view update_activity_execution_options =
    "/temporal.api.workflowservice.v1.WorkflowService/UpdateActivityExecutionOptions";
inline constexpr std::string_view terminate_nexus_operation_execution =
    "/temporal.api.workflowservice.v1.WorkflowService/TerminateNexusOperationExecution";
inline constexpr std::string_view delete_nexus_operation_execution =
    "/temporal.api.workflowservice.v1.WorkflowService/DeleteNexusOperationExecution";

} // namespace troupe::rpc::methods::workflow_service

/// Full method names of `temporal.api.operatorservice.v1.OperatorService`.
namespace troupe::rpc::methods::operator_service {

inline constexpr std::string_view prefix = "/temporal.api.operatorservice.v1.OperatorService/";

inline constexpr std::string_view add_search_attributes =
    "/temporal.api.operatorservice.v1.OperatorService/AddSearchAttributes";
inline constexpr std::string_view remove_search_attributes =
    "/temporal.api.operatorservice.v1.OperatorService/RemoveSearchAttributes";
inline constexpr std::string_view list_search_attributes =
    "/temporal.api.operatorservice.v1.OperatorService/ListSearchAttributes";
inline constexpr std::string_view delete_namespace =
    "/temporal.api.operatorservice.v1.OperatorService/DeleteNamespace";
inline constexpr std::string_view add_or_update_remote_cluster =
    "/temporal.api.operatorservice.v1.OperatorService/AddOrUpdateRemoteCluster";
inline constexpr std::string_view remove_remote_cluster =
    "/temporal.api.operatorservice.v1.OperatorService/RemoveRemoteCluster";
inline constexpr std::string_view list_clusters =
    "/temporal.api.operatorservice.v1.OperatorService/ListClusters";
inline constexpr std::string_view get_nexus_endpoint =
    "/temporal.api.operatorservice.v1.OperatorService/GetNexusEndpoint";
inline constexpr std::string_view create_nexus_endpoint =
    "/temporal.api.operatorservice.v1.OperatorService/CreateNexusEndpoint";
inline constexpr std::string_view update_nexus_endpoint =
    "/temporal.api.operatorservice.v1.OperatorService/UpdateNexusEndpoint";
inline constexpr std::string_view delete_nexus_endpoint =
    "/temporal.api.operatorservice.v1.OperatorService/DeleteNexusEndpoint";
inline constexpr std::string_view list_nexus_endpoints =
    "/temporal.api.operatorservice.v1.OperatorService/ListNexusEndpoints";

} // namespace troupe::rpc::methods::operator_service

/// What Nexus over HTTP is among the methods of a service: the real server knows its HTTP routes by
/// these names, and asks an authorizer by them.
namespace troupe::rpc::methods::nexus_service {

inline constexpr std::string_view dispatch_by_task_queue =
    "/temporal.api.nexusservice.v1.NexusService/DispatchByNamespaceAndTaskQueue";
inline constexpr std::string_view dispatch_by_endpoint =
    "/temporal.api.nexusservice.v1.NexusService/DispatchByEndpoint";
inline constexpr std::string_view complete_operation =
    "/temporal.api.nexusservice.v1.NexusService/CompleteNexusOperation";

} // namespace troupe::rpc::methods::nexus_service

namespace troupe::rpc::methods {

/// Of the health check that every gRPC server of Temporal answers.
inline constexpr std::string_view health_check = "/grpc.health.v1.Health/Check";

} // namespace troupe::rpc::methods

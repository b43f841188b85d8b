// SPDX-License-Identifier: Apache-2.0
// All the programs without their mistakes, in one go: none of them may fail for another reason than
// its mistake.
#include <troupe/activity/implementation.hpp>
#include <troupe/activity/interceptor.hpp>
#include <troupe/caf.hpp>
#include <troupe/client.hpp>
#include <troupe/nexus/handler.hpp>
#include <troupe/payload/json.hpp>
#include <troupe/testing/activity_environment.hpp>
#include <troupe/testing/mock.hpp>
#include <troupe/testing/nexus.hpp>
#include <troupe/worker.hpp>
#include <troupe/workflow/contract.hpp>
#include <troupe/workflow/definition.hpp>
#include <troupe/workflow/interceptor.hpp>

#include <caf/event_based_actor.hpp>

#include <boost/describe.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

// clang-format off
namespace operation_without_message {
#include "test/compile_fail/actor/operation_without_message.cpp"
}
namespace operations_of_one_message {
#include "test/compile_fail/actor/operations_of_one_message.cpp"
}
namespace service_by_untyped_actor {
#include "test/compile_fail/actor/service_by_untyped_actor.cpp"
}
namespace ask_with_wrong_input {
#include "test/compile_fail/actor/ask_with_wrong_input.cpp"
}
namespace activity_that_awaits_a_workflow {
#include "test/compile_fail/activity/activity_that_awaits_a_workflow.cpp"
}
namespace call_that_passes_the_contract {
#include "test/compile_fail/activity/call_that_passes_the_contract.cpp"
}
namespace call_with_too_few_arguments {
#include "test/compile_fail/activity/call_with_too_few_arguments.cpp"
}
namespace call_with_wrong_argument {
#include "test/compile_fail/activity/call_with_wrong_argument.cpp"
}
namespace call_without_options {
#include "test/compile_fail/activity/call_without_options.cpp"
}
namespace caller_of_a_forgotten_operation {
#include "test/compile_fail/nexus_contract/caller_of_a_forgotten_operation.cpp"
}
namespace caller_of_another_contract {
#include "test/compile_fail/nexus_contract/caller_of_another_contract.cpp"
}
namespace caller_that_passes_the_operation {
#include "test/compile_fail/nexus_contract/caller_that_passes_the_operation.cpp"
}
namespace caller_with_input_for_none {
#include "test/compile_fail/nexus_contract/caller_with_input_for_none.cpp"
}
namespace caller_with_wrong_input {
#include "test/compile_fail/nexus_contract/caller_with_wrong_input.cpp"
}
namespace client_call_of_another_contract_alike {
#include "test/compile_fail/nexus_contract/client_call_of_another_contract_alike.cpp"
}
namespace client_call_with_wrong_input {
#include "test/compile_fail/nexus_contract/client_call_with_wrong_input.cpp"
}
namespace caller_without_input {
#include "test/compile_fail/nexus_contract/caller_without_input.cpp"
}
namespace cancel_function_with_wrong_parameter {
#include "test/compile_fail/nexus_handler/cancel_function_with_wrong_parameter.cpp"
}
namespace child_of_no_workflow {
#include "test/compile_fail/child/child_of_no_workflow.cpp"
}
namespace child_signal_with_wrong_argument {
#include "test/compile_fail/child/child_signal_with_wrong_argument.cpp"
}
namespace child_with_too_few_arguments {
#include "test/compile_fail/child/child_with_too_few_arguments.cpp"
}
namespace child_with_wrong_argument {
#include "test/compile_fail/child/child_with_wrong_argument.cpp"
}
namespace child_without_options {
#include "test/compile_fail/child/child_without_options.cpp"
}
namespace client_activity_with_wrong_argument {
#include "test/compile_fail/activity/client_activity_with_wrong_argument.cpp"
}
namespace client_start_with_too_few_arguments {
#include "test/compile_fail/client/client_start_with_too_few_arguments.cpp"
}
namespace client_start_with_wrong_argument {
#include "test/compile_fail/client/client_start_with_wrong_argument.cpp"
}
namespace client_start_without_name {
#include "test/compile_fail/client/client_start_without_name.cpp"
}
namespace condition_that_waits {
#include "test/compile_fail/workflow/condition_that_waits.cpp"
}
namespace continue_as_new_with_wrong_argument {
#include "test/compile_fail/workflow/continue_as_new_with_wrong_argument.cpp"
}
namespace contract_of_a_view {
#include "test/compile_fail/activity/contract_of_a_view.cpp"
}
namespace contract_without_name {
#include "test/compile_fail/activity/contract_without_name.cpp"
}
namespace contract_without_operations {
#include "test/compile_fail/nexus_contract/contract_without_operations.cpp"
}
namespace forgotten_co_await {
#include "test/compile_fail/workflow/forgotten_co_await.cpp"
}
namespace forgotten_co_await_of_a_coroutine {
#include "test/compile_fail/workflow/forgotten_co_await_of_a_coroutine.cpp"
}
namespace handler_coroutine_takes_a_reference {
#include "test/compile_fail/nexus_handler/handler_coroutine_takes_a_reference.cpp"
}
namespace handler_coroutine_takes_a_view {
#include "test/compile_fail/nexus_handler/handler_coroutine_takes_a_view.cpp"
}
namespace handler_coroutine_takes_its_context_by_reference {
#include "test/compile_fail/nexus_handler/handler_coroutine_takes_its_context_by_reference.cpp"
}
namespace handler_for_unlisted_operation {
#include "test/compile_fail/nexus_handler/handler_for_unlisted_operation.cpp"
}
namespace handler_of_another_kind_of_message {
#include "test/compile_fail/message/handler_of_another_kind_of_message.cpp"
}
namespace handler_sleep_without_unit {
#include "test/compile_fail/nexus_handler/handler_sleep_without_unit.cpp"
}
namespace handler_that_awaits_a_timer_of_workflows {
#include "test/compile_fail/nexus_handler/handler_that_awaits_a_timer_of_workflows.cpp"
}
namespace handler_that_awaits_a_workflow {
#include "test/compile_fail/nexus_handler/handler_that_awaits_a_workflow.cpp"
}
namespace handler_that_is_a_workflow_coroutine {
#include "test/compile_fail/nexus_handler/handler_that_is_a_workflow_coroutine.cpp"
}
namespace handler_that_is_mutable {
#include "test/compile_fail/nexus_handler/handler_that_is_mutable.cpp"
}
namespace handler_that_starts_no_workflow {
#include "test/compile_fail/nexus_handler/handler_that_starts_no_workflow.cpp"
}
namespace handler_with_too_many_parameters {
#include "test/compile_fail/nexus_handler/handler_with_too_many_parameters.cpp"
}
namespace handler_with_wrong_input {
#include "test/compile_fail/nexus_handler/handler_with_wrong_input.cpp"
}
namespace handler_with_wrong_output {
#include "test/compile_fail/nexus_handler/handler_with_wrong_output.cpp"
}
namespace implementation_coroutine_takes_a_view {
#include "test/compile_fail/activity/implementation_coroutine_takes_a_view.cpp"
}
namespace implementation_of_an_object_by_value {
#include "test/compile_fail/activity/implementation_of_an_object_by_value.cpp"
}
namespace implementation_that_is_a_workflow_coroutine {
#include "test/compile_fail/activity/implementation_that_is_a_workflow_coroutine.cpp"
}
namespace implementation_that_is_mutable {
#include "test/compile_fail/activity/implementation_that_is_mutable.cpp"
}
namespace implementation_with_wrong_argument {
#include "test/compile_fail/activity/implementation_with_wrong_argument.cpp"
}
namespace implementation_with_wrong_result {
#include "test/compile_fail/activity/implementation_with_wrong_result.cpp"
}
namespace json_name_of_no_member {
#include "test/compile_fail/payload/json_name_of_no_member.cpp"
}
namespace json_name_twice {
#include "test/compile_fail/payload/json_name_twice.cpp"
}
namespace json_naming_by_text {
#include "test/compile_fail/payload/json_naming_by_text.cpp"
}
namespace json_required_of_no_member {
#include "test/compile_fail/payload/json_required_of_no_member.cpp"
}
namespace local_call_with_wrong_argument {
#include "test/compile_fail/activity/local_call_with_wrong_argument.cpp"
}
namespace message_contract_of_a_view {
#include "test/compile_fail/message/message_contract_of_a_view.cpp"
}
namespace message_contract_with_a_reserved_name {
#include "test/compile_fail/message/message_contract_with_a_reserved_name.cpp"
}
namespace operation_name_reserved {
#include "test/compile_fail/nexus_contract/operation_name_reserved.cpp"
}
namespace operation_name_twice {
#include "test/compile_fail/nexus_contract/operation_name_twice.cpp"
}
namespace operation_of_a_view {
#include "test/compile_fail/nexus_contract/operation_of_a_view.cpp"
}
namespace operation_with_two_handlers {
#include "test/compile_fail/nexus_handler/operation_with_two_handlers.cpp"
}
namespace operation_without_handler {
#include "test/compile_fail/nexus_handler/operation_without_handler.cpp"
}
namespace query_handler_that_waits {
#include "test/compile_fail/message/query_handler_that_waits.cpp"
}
namespace query_handler_without_answer {
#include "test/compile_fail/message/query_handler_without_answer.cpp"
}
namespace side_effect_without_value {
#include "test/compile_fail/workflow/side_effect_without_value.cpp"
}
namespace signal_handler_takes_a_reference {
#include "test/compile_fail/message/signal_handler_takes_a_reference.cpp"
}
namespace signal_handler_takes_a_view {
#include "test/compile_fail/message/signal_handler_takes_a_view.cpp"
}
namespace signal_handler_that_returns {
#include "test/compile_fail/message/signal_handler_that_returns.cpp"
}
namespace signal_handler_with_auto {
#include "test/compile_fail/message/signal_handler_with_auto.cpp"
}
namespace signal_sent_with_wrong_argument {
#include "test/compile_fail/message/signal_sent_with_wrong_argument.cpp"
}
namespace spawned_coroutine_of_handlers {
#include "test/compile_fail/workflow/spawned_coroutine_of_handlers.cpp"
}
namespace spawned_function_is_no_coroutine {
#include "test/compile_fail/workflow/spawned_function_is_no_coroutine.cpp"
}
namespace spawned_lambda_takes_a_reference {
#include "test/compile_fail/workflow/spawned_lambda_takes_a_reference.cpp"
}
namespace spawned_lambda_takes_a_view {
#include "test/compile_fail/workflow/spawned_lambda_takes_a_view.cpp"
}
namespace spawned_with_wrong_arguments {
#include "test/compile_fail/workflow/spawned_with_wrong_arguments.cpp"
}
namespace struct_described_in_part {
#include "test/compile_fail/payload/struct_described_in_part.cpp"
}
namespace struct_with_a_pointer {
#include "test/compile_fail/payload/struct_with_a_pointer.cpp"
}
namespace struct_with_a_view {
#include "test/compile_fail/payload/struct_with_a_view.cpp"
}
namespace test_of_another_contract {
#include "test/compile_fail/nexus_contract/test_of_another_contract.cpp"
}
namespace undescribed_type {
#include "test/compile_fail/payload/undescribed_type.cpp"
}
namespace update_handler_takes_a_reference {
#include "test/compile_fail/message/update_handler_takes_a_reference.cpp"
}
namespace update_handler_with_other_arguments {
#include "test/compile_fail/message/update_handler_with_other_arguments.cpp"
}
namespace update_handler_with_other_result {
#include "test/compile_fail/message/update_handler_with_other_result.cpp"
}
namespace update_sent_as_a_signal {
#include "test/compile_fail/message/update_sent_as_a_signal.cpp"
}
namespace update_sent_with_too_few_arguments {
#include "test/compile_fail/message/update_sent_with_too_few_arguments.cpp"
}
namespace validator_that_is_mutable {
#include "test/compile_fail/message/validator_that_is_mutable.cpp"
}
namespace validator_that_is_not_const {
#include "test/compile_fail/message/validator_that_is_not_const.cpp"
}
namespace validator_that_waits {
#include "test/compile_fail/message/validator_that_waits.cpp"
}
namespace validator_with_other_arguments {
#include "test/compile_fail/message/validator_with_other_arguments.cpp"
}
namespace workflow_run_takes_a_reference {
#include "test/compile_fail/workflow/workflow_run_takes_a_reference.cpp"
}
namespace workflow_run_takes_a_view {
#include "test/compile_fail/workflow/workflow_run_takes_a_view.cpp"
}
namespace interceptor_that_awaits_an_activitys {
#include "test/compile_fail/workflow/interceptor_that_awaits_an_activitys.cpp"
}
namespace interceptor_that_does_not_go_on {
#include "test/compile_fail/workflow/interceptor_that_does_not_go_on.cpp"
}
namespace workflow_sleep_without_unit {
#include "test/compile_fail/workflow/workflow_sleep_without_unit.cpp"
}
namespace workflow_that_awaits_a_handler {
#include "test/compile_fail/workflow/workflow_that_awaits_a_handler.cpp"
}
namespace workflow_that_awaits_the_client {
#include "test/compile_fail/workflow/workflow_that_awaits_the_client.cpp"
}
namespace workflow_run_gives_views {
#include "test/compile_fail/workflow/workflow_run_gives_views.cpp"
}
namespace client_start_that_narrows {
#include "test/compile_fail/client/client_start_that_narrows.cpp"
}
namespace workflow_with_an_empty_name {
#include "test/compile_fail/workflow/workflow_with_an_empty_name.cpp"
}
namespace update_coroutine_gives_views {
#include "test/compile_fail/message/update_coroutine_gives_views.cpp"
}
namespace workflow_that_is_no_coroutine {
#include "test/compile_fail/workflow/workflow_that_is_no_coroutine.cpp"
}
namespace workflow_with_overloaded_run {
#include "test/compile_fail/workflow/workflow_with_overloaded_run.cpp"
}
namespace workflow_with_private_name {
#include "test/compile_fail/workflow/workflow_with_private_name.cpp"
}
namespace workflow_with_wrong_arguments {
#include "test/compile_fail/workflow/workflow_with_wrong_arguments.cpp"
}
namespace workflow_for_others_with_arguments {
#include "test/compile_fail/workflow/workflow_for_others_with_arguments.cpp"
}
namespace workflow_with_wrong_result {
#include "test/compile_fail/workflow/workflow_with_wrong_result.cpp"
}
namespace workflow_without_context {
#include "test/compile_fail/workflow/workflow_without_context.cpp"
}
namespace workflow_without_name {
#include "test/compile_fail/workflow/workflow_without_name.cpp"
}
namespace environment_run_with_wrong_argument {
#include "test/compile_fail/testing/environment_run_with_wrong_argument.cpp"
}
namespace environment_run_without_contract {
#include "test/compile_fail/testing/environment_run_without_contract.cpp"
}
namespace mock_that_returns_another_type {
#include "test/compile_fail/testing/mock_that_returns_another_type.cpp"
}
namespace mock_that_takes_other_arguments {
#include "test/compile_fail/testing/mock_that_takes_other_arguments.cpp"
}
namespace mock_without_contract {
#include "test/compile_fail/testing/mock_without_contract.cpp"
}
namespace caller_of_another_contract_alike {
#include "test/compile_fail/nexus_contract/caller_of_another_contract_alike.cpp"
}
namespace handler_of_another_contract_alike {
#include "test/compile_fail/nexus_handler/handler_of_another_contract_alike.cpp"
}
namespace workflow_with_a_name_that_is_no_constant {
#include "test/compile_fail/workflow/workflow_with_a_name_that_is_no_constant.cpp"
}
namespace workflow_takes_an_undescribed_class {
#include "test/compile_fail/workflow/workflow_takes_an_undescribed_class.cpp"
}
namespace worker_adds_a_nexus_contract {
#include "test/compile_fail/worker/worker_adds_a_nexus_contract.cpp"
}
namespace worker_adds_a_handler_alone {
#include "test/compile_fail/worker/worker_adds_a_handler_alone.cpp"
}
namespace worker_adds_an_activity_contract {
#include "test/compile_fail/worker/worker_adds_an_activity_contract.cpp"
}
namespace worker_adds_a_workflow_object {
#include "test/compile_fail/worker/worker_adds_a_workflow_object.cpp"
}
namespace json_statement_with_another_name {
#include "test/compile_fail/payload/json_statement_with_another_name.cpp"
}
namespace json_statement_that_is_private {
#include "test/compile_fail/payload/json_statement_that_is_private.cpp"
}
// clang-format on

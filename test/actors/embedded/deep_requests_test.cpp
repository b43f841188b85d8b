// SPDX-License-Identifier: Apache-2.0
// Requests that are nested deeper than protobuf reads: taken as the real server takes them, and
// what is kept of them can be read again, by clients and by the service's next life.

#include "runtime/payload/deep_message.hpp"
#include "runtime/payload/failure_chain.hpp"
#include "test/actors/embedded/requests.hpp"
#include "test/actors/embedded/stored_service.hpp"
#include "test/support/deep_bytes.hpp"

#include <temporal/api/command/v1/message.pb.h>
#include <temporal/api/nexus/v1/message.pb.h>
#include <temporal/api/operatorservice/v1/request_response.pb.h>
#include <temporal/api/update/v1/message.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

namespace {

using namespace troupe::embedded;
using namespace troupe::test;
using troupe::max_failure_depth;
using troupe::max_message_depth;
namespace wire = temporal::api::workflowservice::v1;
namespace enums = temporal::api::enums::v1;
namespace commands = temporal::api::command::v1;
namespace update_api = temporal::api::update::v1;
namespace operators = temporal::api::operatorservice::v1;
namespace nexus = temporal::api::nexus::v1;
using temporal::api::failure::v1::Failure;

/// A service with a workflow `w`, all of whose workers are played here.
struct life : stored_service {
  explicit life(const disk_ptr& on, std::uint64_t seed = 7) : stored_service(on, seed) {}

  /// A request, and fields of it that lie in bytes.
  void tell(
      const std::string& method,
      const google::protobuf::Message& request,
      const std::string& more) {
    const auto sent = send_bytes(method, request.SerializeAsString() + more);
    shard.run_until_idle();
    BOOST_REQUIRE(sent->is_answered);
    BOOST_TEST(sent->status.message == "");
  }
  template <class Request, class Response>
  Response poll(const std::string& method, const std::string& queue) {
    Request request;
    request.set_namespace_("default");
    request.set_identity("worker");
    request.mutable_task_queue()->set_name(queue);
    return call(method, request)->template as<Response>();
  }
  wire::PollWorkflowTaskQueueResponse poll() {
    return poll<wire::PollWorkflowTaskQueueRequest, wire::PollWorkflowTaskQueueResponse>(
        "PollWorkflowTaskQueue", "q");
  }
  template <class Request>
  static Request about_task(const std::string& token) {
    Request request;
    request.set_namespace_("default");
    request.set_task_token(token);
    return request;
  }
  void start() { tell("StartWorkflowExecution", start_request("w"), {}); }
  /// Answers the next workflow task.
  void complete(const commands::Command& with, const std::string& more = {}) {
    tell(
        "RespondWorkflowTaskCompleted",
        about_task<wire::RespondWorkflowTaskCompletedRequest>(poll().task_token()),
        field_of(
            wire::RespondWorkflowTaskCompletedRequest::kCommandsFieldNumber,
            with.SerializeAsString() + more));
  }
  static commands::Command command(enums::CommandType type) {
    commands::Command made;
    made.set_command_type(type);
    return made;
  }

  /// Every failure that the history of `w` and its description tell of, with its place.
  std::vector<std::pair<std::string, Failure>> failures() {
    std::vector<std::pair<std::string, Failure>> found;
    const auto history =
        call("GetWorkflowExecutionHistory", about<wire::GetWorkflowExecutionHistoryRequest>("w"))
            ->as<wire::GetWorkflowExecutionHistoryResponse>();
    for (const auto& event : history.history().events())
      find(event, found);
    find(
        call("DescribeWorkflowExecution", about<wire::DescribeWorkflowExecutionRequest>("w"))
            ->as<wire::DescribeWorkflowExecutionResponse>(),
        found);
    return found;
  }

private:
  static void
  find(const google::protobuf::Message& in, std::vector<std::pair<std::string, Failure>>& found) {
    const auto& access = *in.GetReflection();
    std::vector<const google::protobuf::FieldDescriptor*> fields;
    access.ListFields(in, &fields);
    for (const auto* field : fields) {
      if (field->message_type() == nullptr)
        continue;
      const int count = field->is_repeated() ? access.FieldSize(in, field) : 1;
      for (int at = 0; at < count; ++at) {
        const auto& each = field->is_repeated() ? access.GetRepeatedMessage(in, field, at)
                                                : access.GetMessage(in, field);
        if (field->message_type() == Failure::descriptor())
          found.emplace_back(field->full_name(), static_cast<const Failure&>(each));
        else
          find(each, found);
      }
    }
  }
};

/// Has a service take a request with this failure, which lies in bytes; some need a beginning.
struct deed {
  std::string name;
  std::function<void(life&, const std::string&)> doing;
  int depth = 1; ///< of the failure in the request
};

void schedule_activity(life& in, int attempts) {
  in.start();
  auto command = life::command(enums::COMMAND_TYPE_SCHEDULE_ACTIVITY_TASK);
  auto& to = *command.mutable_schedule_activity_task_command_attributes();
  to.set_activity_id("a");
  to.mutable_activity_type()->set_name("A");
  to.mutable_task_queue()->set_name("aq");
  to.mutable_start_to_close_timeout()->set_seconds(10);
  to.mutable_retry_policy()->set_maximum_attempts(attempts);
  in.complete(command);
}

/// What failures of activities must have, as bytes.
std::string of_application() {
  Failure made;
  made.mutable_application_failure_info()->set_type("type");
  return made.SerializeAsString();
}

void fail_activity(life& in, const std::string& failure) {
  const auto task =
      in.poll<wire::PollActivityTaskQueueRequest, wire::PollActivityTaskQueueResponse>(
          "PollActivityTaskQueue", "aq");
  using request = wire::RespondActivityTaskFailedRequest;
  in.tell(
      "RespondActivityTaskFailed",
      life::about_task<request>(task.task_token()),
      field_of(request::kFailureFieldNumber, of_application() + failure));
}

/// A task of a handler whose caller is `w`.
std::string nexus_token(life& in) {
  operators::CreateNexusEndpointRequest endpoint;
  endpoint.mutable_spec()->set_name("endpoint");
  endpoint.mutable_spec()->mutable_target()->mutable_worker()->set_namespace_("default");
  endpoint.mutable_spec()->mutable_target()->mutable_worker()->set_task_queue("nq");
  in.call("/temporal.api.operatorservice.v1.OperatorService/CreateNexusEndpoint", endpoint);
  in.start();
  auto command = life::command(enums::COMMAND_TYPE_SCHEDULE_NEXUS_OPERATION);
  auto& to = *command.mutable_schedule_nexus_operation_command_attributes();
  to.set_endpoint("endpoint");
  to.set_service("service");
  to.set_operation("operation");
  in.complete(command);
  return in
      .poll<wire::PollNexusTaskQueueRequest, wire::PollNexusTaskQueueResponse>(
          "PollNexusTaskQueue", "nq")
      .task_token();
}

/// The worker's word about an update: `body` is a message of that type, as bytes.
void answer_update(life& in, const std::string& type, const std::string& body, bool accepts_first) {
  in.start();
  auto update = about<wire::UpdateWorkflowExecutionRequest>("w");
  update.mutable_wait_policy()->set_lifecycle_stage(
      enums::UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_COMPLETED);
  update.mutable_request()->mutable_meta()->set_update_id("u");
  update.mutable_request()->mutable_input()->set_name("handler");
  const auto waiting = in.send("UpdateWorkflowExecution", update);
  in.shard.run_until_idle();
  const auto task = in.poll();
  auto answer = life::about_task<wire::RespondWorkflowTaskCompletedRequest>(task.task_token());
  if (accepts_first) {
    update_api::Acceptance accepted;
    accepted.set_accepted_request_message_id(task.messages(0).id());
    accepted.set_accepted_request_sequencing_event_id(task.messages(0).event_id());
    auto& first = *answer.add_messages();
    first.set_id("accepted");
    first.set_protocol_instance_id("u");
    first.mutable_body()->PackFrom(accepted);
  }
  auto& last = *answer.add_messages();
  last.set_id("last");
  last.set_protocol_instance_id("u");
  last.mutable_body()->set_type_url("type.googleapis.com/temporal.api.update.v1." + type);
  last.mutable_body()->set_value(body);
  in.tell("RespondWorkflowTaskCompleted", answer, {});
  BOOST_REQUIRE(waiting->is_answered);
  const auto outcome = waiting->as<wire::UpdateWorkflowExecutionResponse>().outcome();
  BOOST_TEST(outcome.failure().message() == "1");
}

const std::vector<deed> deeds{
    {"a failed workflow",
     [](life& in, const std::string& failure) {
       using attributes = commands::FailWorkflowExecutionCommandAttributes;
       in.start();
       in.complete(
           life::command(enums::COMMAND_TYPE_FAIL_WORKFLOW_EXECUTION),
           field_of(
               commands::Command::kFailWorkflowExecutionCommandAttributesFieldNumber,
               field_of(attributes::kFailureFieldNumber, failure)));
     },
     3},
    {"a run that continues after a failure",
     [](life& in, const std::string& failure) {
       using attributes = commands::ContinueAsNewWorkflowExecutionCommandAttributes;
       in.start();
       in.complete(
           life::command(enums::COMMAND_TYPE_CONTINUE_AS_NEW_WORKFLOW_EXECUTION),
           field_of(
               commands::Command::kContinueAsNewWorkflowExecutionCommandAttributesFieldNumber,
               field_of(attributes::kFailureFieldNumber, failure)));
     },
     3},
    {"a marker",
     [](life& in, const std::string& failure) {
       using attributes = commands::RecordMarkerCommandAttributes;
       in.start();
       auto command = life::command(enums::COMMAND_TYPE_RECORD_MARKER);
       command.mutable_record_marker_command_attributes()->set_marker_name("m");
       in.complete(
           command,
           field_of(
               commands::Command::kRecordMarkerCommandAttributesFieldNumber,
               field_of(attributes::kFailureFieldNumber, failure)));
     },
     3},
    {"a failed workflow task",
     [](life& in, const std::string& failure) {
       in.start();
       using request = wire::RespondWorkflowTaskFailedRequest;
       auto failed = life::about_task<request>(in.poll().task_token());
       failed.set_cause(enums::WORKFLOW_TASK_FAILED_CAUSE_WORKFLOW_WORKER_UNHANDLED_FAILURE);
       in.tell(
           "RespondWorkflowTaskFailed", failed, field_of(request::kFailureFieldNumber, failure));
     }},
    {"a failed activity",
     [](life& in, const std::string& failure) {
       schedule_activity(in, 1);
       fail_activity(in, failure);
     }},
    {"an activity that is tried again",
     [](life& in, const std::string& failure) {
       schedule_activity(in, 0);
       fail_activity(in, failure);
     }},
    {"an activity named by its id",
     [](life& in, const std::string& failure) {
       schedule_activity(in, 1);
       in.poll<wire::PollActivityTaskQueueRequest, wire::PollActivityTaskQueueResponse>(
           "PollActivityTaskQueue", "aq");
       wire::RespondActivityTaskFailedByIdRequest failed;
       failed.set_namespace_("default");
       failed.set_workflow_id("w");
       failed.set_activity_id("a");
       in.tell(
           "RespondActivityTaskFailedById",
           failed,
           field_of(
               wire::RespondActivityTaskFailedByIdRequest::kFailureFieldNumber,
               of_application() + failure));
     }},
    {"a workflow that begins after a failure",
     [](life& in, const std::string& failure) {
       in.tell(
           "StartWorkflowExecution",
           start_request("w"),
           field_of(wire::StartWorkflowExecutionRequest::kContinuedFailureFieldNumber, failure));
     }},
    {"an update that fails",
     [](life& in, const std::string& failure) {
       update_api::Response response;
       response.mutable_meta()->set_update_id("u");
       answer_update(
           in,
           "Response",
           response.SerializeAsString()
               + field_of(
                   update_api::Response::kOutcomeFieldNumber,
                   field_of(update_api::Outcome::kFailureFieldNumber, failure)),
           true);
     },
     2},
    {"a Nexus operation that fails",
     [](life& in, const std::string& failure) {
       const auto token = nexus_token(in);
       using request = wire::RespondNexusTaskCompletedRequest;
       in.tell(
           "RespondNexusTaskCompleted",
           life::about_task<request>(token),
           field_of(
               request::kResponseFieldNumber,
               field_of(
                   nexus::Response::kStartOperationFieldNumber,
                   field_of(nexus::StartOperationResponse::kFailureFieldNumber, failure))));
     },
     3},
    {"a Nexus handler that fails",
     [](life& in, const std::string& failure) {
       const auto token = nexus_token(in);
       Failure handler;
       handler.mutable_nexus_handler_failure_info()->set_type("BAD_REQUEST");
       using request = wire::RespondNexusTaskFailedRequest;
       in.tell(
           "RespondNexusTaskFailed",
           life::about_task<request>(token),
           field_of(request::kFailureFieldNumber, handler.SerializeAsString() + failure));
     }},
};

/// Has it done in one life, and gives what is told in that and in the next.
std::vector<std::pair<std::string, Failure>>
told_after(const deed& each, const std::string& failure) {
  const auto disk = std::make_shared<scripted_store::disk>();
  std::vector<std::pair<std::string, Failure>> told;
  {
    life first{disk};
    each.doing(first, failure);
    told = first.failures();
  }
  life second{disk, 8};
  const auto again = second.failures();
  BOOST_TEST(!told.empty(), each.name);
  BOOST_REQUIRE(again.size() == told.size());
  for (std::size_t i = 0; i < told.size(); ++i)
    BOOST_TEST(
        again[i].second.SerializeAsString() == told[i].second.SerializeAsString(), each.name);
  return told;
}

BOOST_AUTO_TEST_SUITE(deep_requests)

BOOST_AUTO_TEST_CASE(long_chains_of_causes_are_taken_kept_cut_and_read_by_the_next_life) {
  for (const auto& each : deeds)
    for (const int links : {max_failure_depth + 1, 86, 98, 9'990})
      for (const auto& [place, failure] : told_after(each, deep_failure(links)))
        BOOST_TEST(
            links_of(failure) == max_failure_depth + 1,
            each.name << " with " << links << ", " << place << ": " << links_of(failure));
}

BOOST_AUTO_TEST_CASE(whatever_depth_is_taken_can_be_read_by_the_next_life) {
  for (const auto& each : deeds)
    for (int levels = max_message_depth - 5; levels <= 101; ++levels)
      told_after(each, deep_failure(2, deep_groups(levels)));
}

BOOST_AUTO_TEST_CASE(a_rejected_update_and_a_failed_query_tell_their_clients) {
  const auto disk = std::make_shared<scripted_store::disk>();
  {
    life one{disk};
    answer_update(
        one,
        "Rejection",
        field_of(update_api::Rejection::kFailureFieldNumber, deep_failure(500)),
        false);
  }
  life two{std::make_shared<scripted_store::disk>()};
  two.start();
  auto complete = life::command(enums::COMMAND_TYPE_COMPLETE_WORKFLOW_EXECUTION);
  complete.mutable_complete_workflow_execution_command_attributes();
  two.complete(complete);
  auto query = about<wire::QueryWorkflowRequest>("w");
  const auto asked = two.send("QueryWorkflow", query);
  two.shard.run_until_idle();
  using request = wire::RespondQueryTaskCompletedRequest;
  auto failed = life::about_task<request>(two.poll().task_token());
  failed.set_completed_type(enums::QUERY_RESULT_TYPE_FAILED);
  failed.set_error_message("no such query");
  two.tell(
      "RespondQueryTaskCompleted",
      failed,
      field_of(request::kFailureFieldNumber, deep_failure(500)));
  BOOST_REQUIRE(asked->is_answered);
  BOOST_TEST(asked->status.message == "no such query");
}

BOOST_AUTO_TEST_CASE(what_is_deeper_than_the_real_server_reads_is_refused) {
  life one{std::make_shared<scripted_store::disk>()};
  const auto sent = one.send_bytes(
      "StartWorkflowExecution",
      start_request("w").SerializeAsString()
          + field_of(
              wire::StartWorkflowExecutionRequest::kContinuedFailureFieldNumber,
              deep_failure(10'000)));
  one.shard.run_until_idle();
  BOOST_REQUIRE(sent->is_answered);
  BOOST_TEST(
      sent->status.message
      == "the request is no temporal.api.workflowservice.v1.StartWorkflowExecutionRequest");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace

// SPDX-License-Identifier: Apache-2.0
// The outcome of a Nexus operation that its handler left open.
//
// A callback is delivered by the service alone: one of `temporal://system` cannot even be called
// from outside. So a workflow is started that has it as its completion callback, and its only task,
// which comes with the answer to the start, is answered with the outcome. From then on the service
// tries until the caller has it.
#include "runtime/base/text/utf8.hpp"
#include "runtime/client/client_connection.hpp"
#include "runtime/client/request.hpp"
#include "runtime/client/unary_job.hpp"
#include "runtime/payload/failure_converter.hpp"
#include "runtime/payload/proto_payload.hpp"
#include "runtime/rpc/methods.hpp"

#include <troupe/client/nexus_completion.hpp>
#include <troupe/error.hpp>

#include <temporal/api/command/v1/message.pb.h>
#include <temporal/api/failure/v1/message.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

namespace troupe::detail {

namespace wire = temporal::api::workflowservice::v1;
namespace enums = temporal::api::enums::v1;
namespace methods = rpc::methods::workflow_service;

namespace {

using std::chrono::milliseconds;

constexpr std::string_view workflow_type = "NexusCompletion";
constexpr milliseconds first_pause{20};
constexpr milliseconds longest_pause{1'000};

class hash {
public:
  void add(std::string_view text) {
    // FNV-1a; the ends of texts count.
    for (const unsigned char byte : text)
      value_ = (value_ ^ byte) * prime;
    value_ = (value_ ^ 0x100) * prime;
  }
  [[nodiscard]] std::string text() const { return std::to_string(value_); }

private:
  static constexpr std::uint64_t prime = 1'099'511'628'211ULL;
  std::uint64_t value_ = 14'695'981'039'346'656'037ULL;
};

/// The same for the same operation of the same caller: so it is completed once.
std::string workflow_id_of(const nexus::callback& where) {
  constexpr std::size_t readable = 200;
  hash of;
  of.add(where.url);
  of.add(where.token);
  for (const auto& [name, value] : where.headers) {
    of.add(name);
    of.add(value);
  }
  auto id = "nexus-completion-" + std::string{cut_utf8(where.token, readable)} + '-' + of.text();
  return id;
}

/// An identity that no other call has. A service takes no longer one than 1000 bytes.
std::string signature_of(std::string_view identity) {
  constexpr std::size_t longest = 1'000;
  auto own = '/' + random_uuid();
  return std::string{cut_utf8(identity, longest - own.size())} + own;
}

/// | state | event | then |
/// |---|---|---|
/// | starting | a task with the answer | answering |
/// | starting | none: somebody began before and may have gone | polling |
/// | starting | it is closed | told before |
/// | polling | a task | answering |
/// | polling | none | looking, and polling again if it is still open |
/// | answering | done | looking |
/// | answering | the task is not there (any more) | looking |
/// | looking | the callback was delivered, or refused | done, or an error |
/// | looking | not yet | looking again, after a pause |
/// | looking | closed, and perhaps by this call, whose reply was lost | reading |
/// | reading | this call ended it | looking |
/// | reading | another one did | told before |
class completion_job final : public typed_job<void> {
public:
  completion_job(const completion_ref& of, temporal::api::command::v1::Command outcome)
      : typed_job(of.from), where_to_(of.where), wait_(of.options.delivery_timeout),
        id_(workflow_id_of(of.where)), outcome_(std::move(outcome)),
        signature_(signature_of(settings().identity)) {}

private:
  enum class state { starting, polling, answering, looking, reading };

  void begin() override {
    wire::StartWorkflowExecutionRequest request;
    request.set_namespace_(settings().name_space);
    request.set_identity(settings().identity);
    request.set_request_id(random_uuid());
    request.set_workflow_id(id_);
    request.mutable_workflow_type()->set_name(std::string{workflow_type});
    request.mutable_task_queue()->set_name(id_);
    request.set_workflow_id_reuse_policy(enums::WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE);
    request.set_workflow_id_conflict_policy(enums::WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING);
    request.set_request_eager_execution(true);
    auto& callback = *request.add_completion_callbacks()->mutable_nexus();
    callback.set_url(where_to_.url);
    for (const auto& [name, value] : where_to_.headers)
      (*callback.mutable_header())[name] = value;
    (*callback.mutable_header())["nexus-operation-token"] = where_to_.token;
    state_ = state::starting;
    send(rpc::make_call(methods::start_workflow_execution, request, settings().rpc_timeout));
  }

  void replied(rpc_status status, const rpc::bytes& reply) override {
    switch (state_) {
    case state::starting: return started(std::move(status), reply);
    case state::polling: return polled(std::move(status), reply);
    case state::answering: return answered(std::move(status));
    case state::looking: return looked(std::move(status), reply);
    case state::reading: return has_read(std::move(status), reply);
    }
  }

  void started(rpc_status status, const rpc::bytes& reply) {
    wire::StartWorkflowExecutionResponse response;
    if (status.ok() && !rpc::decode(reply, response))
      status = rpc::undecodable(methods::start_workflow_execution);
    if (status.code == status_code::already_exists)
      status.message = "the outcome of this operation was told before";
    if (!status.ok())
      return fail(std::make_exception_ptr(rpc_error{std::move(status)}));
    if (response.has_eager_workflow_task())
      answer(response.eager_workflow_task().task_token());
    else
      poll();
  }

  void poll() {
    wire::PollWorkflowTaskQueueRequest request;
    request.set_namespace_(settings().name_space);
    request.set_identity(settings().identity);
    request.mutable_task_queue()->set_name(id_);
    state_ = state::polling;
    auto what =
        rpc::make_call(methods::poll_workflow_task_queue, request, settings().long_poll_timeout);
    what.is_long_poll = true;
    send(std::move(what));
  }

  void polled(rpc_status status, const rpc::bytes& reply) {
    wire::PollWorkflowTaskQueueResponse response;
    if (status.ok() && !rpc::decode(reply, response))
      status = rpc::undecodable(methods::poll_workflow_task_queue);
    if (!status.ok() && (status.code != status_code::deadline_exceeded || is_late()))
      return fail(std::make_exception_ptr(rpc_error{std::move(status)}));
    if (response.task_token().empty())
      look();
    else
      answer(response.task_token());
  }

  void answer(const std::string& task_token) {
    wire::RespondWorkflowTaskCompletedRequest request;
    request.set_namespace_(settings().name_space);
    request.set_identity(signature_); // the history keeps it
    request.set_task_token(task_token);
    *request.add_commands() = outcome_;
    state_ = state::answering;
    send(rpc::make_call(methods::respond_workflow_task_completed, request, settings().rpc_timeout));
  }

  void answered(rpc_status status) {
    is_told_ = status.ok();
    // Also after an answer that was taken, and sent again since its reply was lost.
    may_have_told_ = !is_told_;
    if (!status.ok() && status.code != status_code::not_found)
      return fail(std::make_exception_ptr(rpc_error{std::move(status)}));
    waits_until_ = now() + wait_;
    look();
  }

  void look() {
    wire::DescribeWorkflowExecutionRequest request;
    request.set_namespace_(settings().name_space);
    request.mutable_execution()->set_workflow_id(id_);
    state_ = state::looking;
    send(rpc::make_call(methods::describe_workflow_execution, request, settings().rpc_timeout));
  }

  void looked(rpc_status status, const rpc::bytes& reply) {
    wire::DescribeWorkflowExecutionResponse response;
    if (status.ok() && !rpc::decode(reply, response))
      status = rpc::undecodable(methods::describe_workflow_execution);
    if (!status.ok())
      return fail(std::make_exception_ptr(rpc_error{std::move(status)}));
    const bool is_open =
        response.workflow_execution_info().status() == enums::WORKFLOW_EXECUTION_STATUS_RUNNING;
    if (!is_told_) {
      if (is_open)
        return poll();
      if (std::exchange(may_have_told_, false))
        return read();
      return fail_as_told_before();
    }
    for (const auto& each : response.callbacks()) {
      if (each.state() == enums::CALLBACK_STATE_SUCCEEDED)
        continue;
      if (each.state() == enums::CALLBACK_STATE_FAILED)
        return fail(std::make_exception_ptr(rpc_error{
            {status_code::failed_precondition,
             "the caller of the operation does not take its outcome: "
                 + each.last_attempt_failure().message(),
             {}}}));
      if (now() >= waits_until_)
        break; // it is kept, and the service tries on
      pause(pause_, [this] { look(); });
      pause_ = std::min(2 * pause_, longest_pause);
      return;
    }
    done({});
  }

  /// Who ended it: the last events are its end and the task that brought it.
  void read() {
    wire::GetWorkflowExecutionHistoryReverseRequest request;
    request.set_namespace_(settings().name_space);
    request.mutable_execution()->set_workflow_id(id_);
    request.set_maximum_page_size(10);
    state_ = state::reading;
    send(rpc::make_call(
        methods::get_workflow_execution_history_reverse, request, settings().rpc_timeout));
  }

  void has_read(rpc_status status, const rpc::bytes& reply) {
    wire::GetWorkflowExecutionHistoryReverseResponse response;
    if (status.ok() && !rpc::decode(reply, response))
      status = rpc::undecodable(methods::get_workflow_execution_history_reverse);
    if (!status.ok())
      return fail(std::make_exception_ptr(rpc_error{std::move(status)}));
    is_told_ = std::ranges::any_of(response.history().events(), [&](const auto& event) {
      return event.has_workflow_task_completed_event_attributes()
             && event.workflow_task_completed_event_attributes().identity() == signature_;
    });
    if (is_told_)
      look();
    else
      fail_as_told_before();
  }

  void fail_as_told_before() {
    fail(std::make_exception_ptr(rpc_error{
        {status_code::already_exists, "the outcome of this operation was told before", {}}}));
  }

  nexus::callback where_to_;
  milliseconds wait_;
  std::string id_;
  temporal::api::command::v1::Command outcome_;
  std::string signature_; ///< of this call alone
  state state_ = state::starting;
  bool is_told_ = false;
  bool may_have_told_ = false;
  time_point waits_until_{};
  milliseconds pause_ = first_pause;
};

bool is_cancelled(const std::exception_ptr& why) {
  try {
    std::rethrow_exception(why);
  } catch (const nexus::operation_error& error) {
    return error.state() == nexus::operation_state::canceled;
  } catch (const canceled_error&) {
    return true;
  } catch (...) {
    return false;
  }
}

} // namespace

job_of<void> succeed_operation_job(const completion_ref& which, payload result) {
  temporal::api::command::v1::Command outcome;
  outcome.set_command_type(enums::COMMAND_TYPE_COMPLETE_WORKFLOW_EXECUTION);
  to_proto(
      std::move(result),
      *outcome.mutable_complete_workflow_execution_command_attributes()
           ->mutable_result()
           ->add_payloads());
  return {std::make_shared<completion_job>(which, std::move(outcome))};
}

job_of<void> fail_operation_job(const completion_ref& which, const std::exception_ptr& why) {
  temporal::api::command::v1::Command outcome;
  if (is_cancelled(why)) {
    outcome.set_command_type(enums::COMMAND_TYPE_CANCEL_WORKFLOW_EXECUTION);
    outcome.mutable_cancel_workflow_execution_command_attributes();
  } else {
    outcome.set_command_type(enums::COMMAND_TYPE_FAIL_WORKFLOW_EXECUTION);
    to_failure(
        why,
        settings_of(which.from).converter,
        *outcome.mutable_fail_workflow_execution_command_attributes()->mutable_failure());
  }
  return {std::make_shared<completion_job>(which, std::move(outcome))};
}

} // namespace troupe::detail

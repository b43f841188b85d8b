// SPDX-License-Identifier: Apache-2.0
#include "runtime/client/client_connection.hpp"
#include "runtime/client/request.hpp"
#include "runtime/client/unary_job.hpp"
#include "runtime/payload/failure_converter.hpp"
#include "runtime/payload/proto_payload.hpp"
#include "runtime/rpc/methods.hpp"

#include <troupe/client/errors.hpp>

#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <optional>

namespace troupe::detail {

namespace wire = temporal::api::workflowservice::v1;
namespace enums = temporal::api::enums::v1;
namespace methods = rpc::methods::workflow_service;

template result<update_ref>& outcome_of<update_ref>(call_job&);
template result<updated_ref>& outcome_of<updated_ref>(call_job&);

namespace {

enums::UpdateWorkflowExecutionLifecycleStage stage_of(update_stage stage) {
  return static_cast<enums::UpdateWorkflowExecutionLifecycleStage>(stage);
}

/// What an update is known by once the service has it.
struct known_update {
  std::string id;
  std::string workflow_id;
  std::string run_id;
  std::shared_ptr<const result<payloads>> outcome = nullptr;
};

/// Follows one update until it has come as far as is asked for. The part that a plain update, one
/// with a start and a later question for the result have in common.
///
/// | state | event | then |
/// |---|---|---|
/// | sending | the first request's answer, accepted or further | the caller's wish: done, or
/// polling | | sending | an answer below accepted: the service's own wait was over | the same
/// request again | | polling | an answer without an outcome | polls again | | polling | an outcome
/// | done | | any | `deadline_exceeded` of a request while there is time | the same again |
///
/// The request is the same each time, ids included, so the service knows it again.
template <class Raw>
class update_job_base : public typed_job<Raw> {
public:
  using typed_job<Raw>::typed_job;

  [[nodiscard]] std::string source() const final {
    return "the result of the update " + known_.id + " of the workflow " + known_.workflow_id;
  }

protected:
  /// The first request again and again; null: only polls.
  void first_request(std::string_view method, const google::protobuf::MessageLite& request) {
    first_ = rpc::make_call(method, request, this->settings().long_poll_timeout);
    first_->is_long_poll = true;
  }
  void wait_for_outcome(bool wanted) { wants_outcome_ = wanted; }

  /// Reads the answer to the first request; gives the update's part of it.
  virtual wire::UpdateWorkflowExecutionResponse read_first(const rpc::bytes& reply) = 0;
  /// It has come as far as was asked for.
  virtual void reached() = 0;

  [[nodiscard]] rpc_status undecodable() const { return rpc::undecodable(first_->method); }

  known_update known_;

private:
  void begin() override {
    if (known_.outcome)
      this->later([this] { reached(); });
    else if (first_)
      this->send(*first_); // its bytes are shared
    else
      poll();
  }

  void poll() {
    is_polling_ = true;
    wire::PollWorkflowExecutionUpdateRequest request;
    request.set_namespace_(this->settings().name_space);
    auto& ref = *request.mutable_update_ref();
    ref.set_update_id(known_.id);
    ref.mutable_workflow_execution()->set_workflow_id(known_.workflow_id);
    ref.mutable_workflow_execution()->set_run_id(known_.run_id);
    request.set_identity(this->settings().identity);
    request.mutable_wait_policy()->set_lifecycle_stage(stage_of(update_stage::completed));
    auto what = rpc::make_call(
        methods::poll_workflow_execution_update, request, this->settings().long_poll_timeout);
    what.is_long_poll = true;
    this->send(std::move(what));
  }

  void replied(rpc_status status, const rpc::bytes& reply) override {
    if (status.code == status_code::deadline_exceeded && !this->is_late())
      return again();
    if (!status.ok()) {
      const auto converter = this->settings().converter_of(known_.workflow_id);
      return this->fail(to_exception(
          std::move(status), {.converter = &converter, .workflow_id = known_.workflow_id}));
    }
    if (is_polling_)
      polled(reply);
    else
      sent(read_first(reply));
  }

  void sent(const wire::UpdateWorkflowExecutionResponse& response) {
    if (const auto& ref = response.update_ref(); !ref.workflow_execution().run_id().empty())
      known_.run_id = ref.workflow_execution().run_id();
    if (response.has_outcome())
      return ended(response.outcome());
    if (response.stage() < enums::UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_ACCEPTED)
      return again();
    if (wants_outcome_)
      poll();
    else
      reached();
  }

  void polled(const rpc::bytes& reply) {
    wire::PollWorkflowExecutionUpdateResponse response;
    if (!rpc::decode(reply, response))
      return this->fail(to_exception(rpc::undecodable(methods::poll_workflow_execution_update)));
    if (response.has_outcome())
      ended(response.outcome());
    else
      again();
  }

  void again() {
    if (this->is_late())
      this->fail(to_exception(
          {status_code::deadline_exceeded,
           "update " + known_.id + " of workflow " + known_.workflow_id
               + (is_polling_ ? " was not completed in time" : " was not accepted in time"),
           {}}));
    else if (is_polling_)
      poll();
    else
      begin();
  }

  void ended(const temporal::api::update::v1::Outcome& outcome) {
    const auto converter = this->settings().converter_of(known_.workflow_id);
    if (outcome.has_failure())
      known_.outcome = std::make_shared<const result<payloads>>(
          unexpected{std::make_exception_ptr(workflow_update_failed_error{
              known_.id, known_.workflow_id, failure_error_from(outcome.failure(), converter)})});
    else
      known_.outcome =
          std::make_shared<const result<payloads>>(converter.decode(from_proto(outcome.success())));
    reached();
  }

  std::optional<rpc::call> first_;
  bool wants_outcome_ = false;
  bool is_polling_ = false;
};

wire::UpdateWorkflowExecutionRequest update_request(
    call_job& job,
    const workflow_ref& of,
    encoded_update update,
    bool to_its_end,
    call_watchers& watched_by) {
  const auto& settings = settings_of(of.from);
  if (update.options.id.empty())
    update.options.id = random_uuid();
  update_workflow_input in{
      {},
      of.id,
      of.run_id,
      std::move(update.name),
      std::move(update.options),
      std::move(update.args),
      {}};
  for (auto& each : intercept(of.from, in, &client_interceptor::update_workflow))
    watched_by.push_back(std::move(each));
  job.limit_time(in.options.timeout);
  wire::UpdateWorkflowExecutionRequest request;
  request.set_namespace_(settings.name_space);
  name_execution(in, *request.mutable_workflow_execution());
  request.set_first_execution_run_id(of.first_execution_run_id);
  const auto stage = to_its_end ? update_stage::completed : in.options.wait_for;
  request.mutable_wait_policy()->set_lifecycle_stage(stage_of(stage));
  auto& meta = *request.mutable_request()->mutable_meta();
  meta.set_update_id(std::move(in.options.id));
  meta.set_identity(settings.identity);
  auto& input = *request.mutable_request()->mutable_input();
  input.set_name(std::move(in.name));
  if (!in.arguments.empty())
    to_proto(std::move(in.arguments), *input.mutable_args());
  write_headers(std::move(in.headers), input);
  if (links_of(of.from) != nullptr) {
    write_links(of.from, *request.mutable_request());
    // What the link in the answer goes by.
    request.mutable_request()->set_request_id(request.request().meta().update_id());
  }
  return request;
}

bool wants_outcome(const wire::UpdateWorkflowExecutionRequest& request) {
  return request.wait_policy().lifecycle_stage() == stage_of(update_stage::completed);
}

/// An update as it is asked for: what is given out differs, what is sent does not.
template <class Raw>
class plain_update final : public update_job_base<Raw> {
public:
  plain_update(const workflow_ref& of, encoded_update update, bool to_its_end)
      : update_job_base<Raw>(of.from) {
    call_watchers watched_by;
    auto request = update_request(*this, of, std::move(update), to_its_end, watched_by);
    this->wait_for_outcome(wants_outcome(request));
    this->watch(std::move(watched_by));
    const auto& workflow = request.workflow_execution();
    auto& input = *request.mutable_request()->mutable_input();
    this->trace(
        make_span(of.from, "StartWorkflowUpdate", input.name(), workflow.workflow_id(), input));
    this->known_ = {
        request.request().meta().update_id(), workflow.workflow_id(), workflow.run_id()};
    this->first_request(methods::update_workflow_execution, request);
  }

private:
  wire::UpdateWorkflowExecutionResponse read_first(const rpc::bytes& reply) override {
    wire::UpdateWorkflowExecutionResponse response;
    if (!rpc::decode(reply, response))
      throw rpc_error{this->undecodable()};
    this->keep_link(response);
    return response;
  }

  void reached() override {
    auto& known = this->known_;
    if constexpr (std::is_same_v<Raw, update_ref>)
      this->done(update_ref{
          this->origin(), known.id, known.workflow_id, known.run_id, std::move(known.outcome)});
    else
      this->done(*known.outcome);
  }
};

/// The end of an update that was sent before.
class update_result final : public update_job_base<payloads> {
public:
  update_result(const update_ref& of, std::chrono::milliseconds timeout)
      : update_job_base(of.from) {
    limit_time(timeout);
    known_ = {of.id, of.workflow_id, of.run_id, of.outcome};
  }

private:
  wire::UpdateWorkflowExecutionResponse read_first(const rpc::bytes&) override { return {}; }
  void reached() override { done(*known_.outcome); }
};

/// An update that starts its workflow if none runs.
template <class Raw>
class update_with_start final : public update_job_base<Raw> {
public:
  update_with_start(
      const call_origin& from, encoded_start start, encoded_update update, bool to_its_end)
      : update_job_base<Raw>(from) {
    call_watchers watched_by;
    wire::ExecuteMultiOperationRequest request;
    request.set_namespace_(this->settings().name_space);
    auto& started = *request.add_operations()->mutable_start_workflow();
    started = start_request(from, std::move(start), watched_by);
    started.clear_request_eager_execution(); // refused by the service
    started.clear_on_conflict_options();
    auto& updated = *request.add_operations()->mutable_update_workflow();
    updated = update_request(
        *this, {from, started.workflow_id(), {}, {}}, std::move(update), to_its_end, watched_by);
    this->wait_for_outcome(wants_outcome(updated));
    this->watch(std::move(watched_by));
    this->trace(make_span(
        from,
        "StartUpdateWithStartWorkflow",
        started.workflow_type().name(),
        started.workflow_id(),
        started,
        *updated.mutable_request()->mutable_input()));
    this->known_ = {updated.request().meta().update_id(), started.workflow_id(), {}};
    this->first_request(methods::execute_multi_operation, request);
  }

private:
  wire::UpdateWorkflowExecutionResponse read_first(const rpc::bytes& reply) override {
    wire::ExecuteMultiOperationResponse response;
    if (!rpc::decode(reply, response) || response.responses_size() != 2)
      throw rpc_error{this->undecodable()};
    const auto& started = response.responses(0).start_workflow();
    run_id_ = started.run_id();
    first_run_id_ = started.first_execution_run_id();
    this->known_.run_id = run_id_;
    this->keep_link(started);
    this->keep_link(response.responses(1).update_workflow());
    return response.responses(1).update_workflow();
  }

  void reached() override {
    auto& known = this->known_;
    if constexpr (std::is_same_v<Raw, updated_ref>) {
      const auto from = this->origin();
      this->done(updated_ref{
          {from, known.workflow_id, {}, first_run_id_.empty() ? run_id_ : first_run_id_, run_id_},
          {from, known.id, known.workflow_id, known.run_id, std::move(known.outcome)}});
    } else
      this->done(*known.outcome);
  }

  std::string run_id_;
  std::string first_run_id_;
};

} // namespace

job_of<update_ref> update_job(const workflow_ref& of, encoded_update update) {
  return {std::make_shared<plain_update<update_ref>>(of, std::move(update), false)};
}

job_of<payloads> execute_update_job(const workflow_ref& of, encoded_update update) {
  return {std::make_shared<plain_update<payloads>>(of, std::move(update), true)};
}

job_of<payloads> update_result_job(const update_ref& of, std::chrono::milliseconds timeout) {
  update_result_input in{{}, of.id, of.workflow_id, of.run_id, timeout};
  auto watched_by = intercept(of.from, in, &client_interceptor::update_result);
  auto job = std::make_shared<update_result>(
      update_ref{
          of.from,
          std::move(in.update_id),
          std::move(in.workflow_id),
          std::move(in.run_id),
          of.outcome},
      in.timeout);
  job->watch(std::move(watched_by));
  return {std::move(job)};
}

job_of<updated_ref>
update_with_start_job(const call_origin& from, encoded_start start, encoded_update update) {
  return {std::make_shared<update_with_start<updated_ref>>(
      from, std::move(start), std::move(update), false)};
}

job_of<payloads>
execute_update_with_start_job(const call_origin& from, encoded_start start, encoded_update update) {
  return {std::make_shared<update_with_start<payloads>>(
      from, std::move(start), std::move(update), true)};
}

} // namespace troupe::detail

// SPDX-License-Identifier: Apache-2.0
#include "actors/embedded/batch/batch_actor.hpp"

#include "actors/embedded/batch/batch_rows.hpp"
#include "actors/embedded/call/method_table.hpp"
#include "actors/embedded/directory/directory.hpp"
#include "runtime/base/time/time.hpp"
#include "runtime/embedded/visibility/visibility_syntax.hpp"
#include "runtime/rpc/methods.hpp"

#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <algorithm>
#include <utility>

#pragma GCC diagnostic ignored "-Wdeprecated-declarations" // executions still count

namespace troupe::embedded {

namespace {

namespace wire = temporal::api::workflowservice::v1;
namespace enums = temporal::api::enums::v1;

constexpr duration patience = std::chrono::minutes{1};
constexpr duration fault_pause = std::chrono::seconds{10};
constexpr duration retry_pause = std::chrono::milliseconds{200};

/// The method whose request this is.
std::string method_of(const google::protobuf::Message& request) {
  constexpr std::string_view suffix = "Request";
  auto name = request.GetDescriptor()->name();
  name.resize(name.size() - suffix.size());
  return std::string{rpc::methods::workflow_service::prefix} + name;
}

} // namespace

batch_actor::batch_actor(
    caf::actor_config& cfg, actors::shard& home, directory& here, std::string namespace_id)
    : service_actor(cfg, home), directory_(here), namespace_id_(std::move(namespace_id)) {}

batch_actor::behavior_type batch_actor::make_behavior() {
  return {
      [this](const serve_call& message) {
        waiting_.push_back(message.what);
        serve_next();
      },
      [this](const commit_ended& message) {
        is_writing_ = false;
        guard(
            [&] { std::exchange(written_, {})(message.is_durable); },
            [&](const rpc_status&) { go_on_later(fault_pause); });
        serve_next();
      },
      [this](const batch_answered& message) {
        auto found = expected_.extract(message.number);
        if (found.empty())
          return;
        guard(
            [&] { found.mapped()(message.status, message.reply); },
            [&](const rpc_status&) { go_on_later(fault_pause); });
        serve_next();
      },
      [this](const batch_goes_on&) {
        guard([&] { go_on(); }, [&](const rpc_status&) { go_on_later(fault_pause); });
        serve_next();
      },
      [this](const batch_asks& message) {
        if (message.turn == turn_ && current_)
          guard(
              [&] { ask_again(message.number); },
              [&](const rpc_status&) { go_on_later(fault_pause); });
      },
      [this](const drop_index&) {
        let_go();
        directory_.forget_batches(namespace_id_);
        quit();
      },
  };
}

const batch_list& batch_actor::all() const {
  return directory_.batches_of(namespace_id_);
}

const batch_operation& batch_actor::progress_of(const batch_operation& what) const {
  const bool is_current = current_ && current_->run_id() == what.run_id();
  return is_current && is_running(what) ? *current_ : what;
}

void batch_actor::serve_next() {
  while (!is_writing_ && !waiting_.empty()) {
    const auto next = std::move(waiting_.front());
    waiting_.pop_front();
    guard([&] { serve(*this, next); }, [&](const rpc_status& fault) { next->answer(fault); });
  }
}

// -- writing -------------------------------------------------------------------------------------

void batch_actor::commit(batch_operation changed, unique_function<void(bool)> then) {
  commit_batch rows;
  if (directory_.store.keeps_rows())
    rows.rows.push_back(row_of(namespace_id_, changed));
  commit_rows(
      std::move(rows),
      [this, changed = std::move(changed), then = std::move(then)](bool is_durable) mutable {
        if (is_durable)
          directory_.batches_of(namespace_id_).put(std::move(changed));
        then(is_durable);
      });
}

void batch_actor::commit_rows(commit_batch rows, unique_function<void(bool)> then) {
  if (!directory_.store.keeps_rows()) {
    then(true);
    return;
  }
  is_writing_ = true;
  written_ = std::move(then);
  directory_.store.commit(
      batch_owner(namespace_id_),
      std::move(rows),
      [weak = caf::actor_cast<caf::actor_addr>(this)](bool is_durable) {
        if (auto self = caf::actor_cast<batch_handle>(weak))
          actors::tell(self, commit_ended{0, is_durable});
      });
}

/// Closed operations are kept as long as closed workflows of the namespace, and not too many.
void batch_actor::forget_old() {
  const auto kept = directory_.around().known.retention(namespace_id_);
  const auto gone =
      all().superfluous(kept ? directory_.now() - *kept : time_point{}, most_remembered);
  if (gone.empty())
    return;
  commit_batch rows;
  for (const auto& id : gone)
    rows.rows.push_back({batch_key(namespace_id_, id), std::nullopt});
  commit_rows(std::move(rows), [this, gone](bool is_durable) {
    for (std::size_t at = 0; is_durable && at < gone.size(); ++at)
      directory_.batches_of(namespace_id_).erase(gone[at]);
  });
}

// -- what clients ask for ------------------------------------------------------------------------

void batch_actor::start_for(const call_ptr& from, const wire::StartBatchOperationRequest& request) {
  if (auto status = check(request, directory_.settings.max_id_bytes); !status.ok())
    return from->answer(std::move(status));
  if (const auto& query = request.visibility_query(); !query.empty())
    if (auto problem = malformed_condition(query); !problem.empty())
      return from->answer(bad_argument("invalid visibility query: " + problem));
  if (auto status = all().check_new(request.job_id()); !status.ok())
    return from->answer(std::move(status));
  batch_operation made;
  *made.mutable_request() = request;
  made.mutable_request()->set_namespace_(from->name_space->name);
  made.set_run_id(directory_.ids->uuid());
  made.set_start_time(directory_.now().time_since_epoch().count());
  made.set_state(enums::BATCH_OPERATION_STATE_RUNNING);
  commit(std::move(made), [this, from](bool is_durable) {
    if (!is_durable)
      return from->answer(store_failed());
    from->answer_empty();
    go_on();
  });
}

void batch_actor::stop_for(const call_ptr& from, const wire::StopBatchOperationRequest& request) {
  const auto* const found = all().find(request.job_id());
  if (found == nullptr)
    return from->answer(absent("workflow not found for ID: " + request.job_id()));
  if (!is_running(*found))
    return from->answer(absent("workflow execution already completed"));
  auto stopped = current_ ? *current_ : *found;
  close(stopped, enums::BATCH_OPERATION_STATE_FAILED, directory_.now());
  let_go();
  commit(std::move(stopped), [this, from](bool is_durable) {
    if (is_durable)
      return from->answer_empty();
    from->answer(store_failed());
    go_on_later(fault_pause);
  });
}

// -- the operation that runs ---------------------------------------------------------------------

void batch_actor::let_go() {
  ++turn_;
  is_waiting_ = false;
  current_.reset();
  left_.clear();
  asked_.clear();
  expected_.clear();
}

/// Begins with the operation that runs, or goes on with it where its row says.
void batch_actor::go_on() {
  if (directory_.is_stopping)
    return;
  if (is_writing_)
    return go_on_later(retry_pause);
  const auto* const running = all().running();
  let_go();
  if (running == nullptr) {
    forget_old();
    return;
  }
  current_ = *running;
  if (current_->has_total())
    read_page();
  else
    count();
}

void batch_actor::go_on_later(duration pause) {
  home().schedule(pause, [weak = caf::actor_cast<caf::actor_addr>(this)] {
    if (auto self = caf::actor_cast<batch_handle>(weak))
      actors::tell(self, batch_goes_on{});
  });
}

void batch_actor::count() {
  const auto& request = current_->request();
  if (request.visibility_query().empty()) {
    current_->set_total(request.executions_size());
    read_page();
    return;
  }
  wire::CountWorkflowExecutionsRequest wanted;
  wanted.set_namespace_(request.namespace_());
  wanted.set_query(filter_of(request));
  send(wanted, [this](const rpc_status& status, const std::string& reply) {
    if (status.code == status_code::invalid_argument)
      return end(enums::BATCH_OPERATION_STATE_FAILED, status.message);
    wire::CountWorkflowExecutionsResponse found;
    if (!status.ok() || !found.ParseFromString(reply))
      return go_on_later(fault_pause);
    current_->set_total(found.count());
    read_page();
  });
}

void batch_actor::read_page() {
  ++turn_;
  const auto& request = current_->request();
  if (request.visibility_query().empty()) {
    const auto first = static_cast<int>(current_->done());
    const auto end_of_page = std::min(first + page_size, request.executions_size());
    for (int at = first; at < end_of_page; ++at)
      left_.push_back(request.executions(at));
    is_last_page_ = end_of_page == request.executions_size();
    return ask_some();
  }
  wire::ListWorkflowExecutionsRequest wanted;
  wanted.set_namespace_(request.namespace_());
  wanted.set_query(filter_of(request));
  wanted.set_page_size(page_size);
  wanted.set_next_page_token(current_->page_token());
  send(wanted, [this](rpc_status status, const std::string& reply) {
    take_page(std::move(status), reply);
  });
}

void batch_actor::take_page(rpc_status status, const std::string& reply) {
  if (status.code == status_code::invalid_argument)
    return end(enums::BATCH_OPERATION_STATE_FAILED, status.message);
  wire::ListWorkflowExecutionsResponse found;
  if (!status.ok() || !found.ParseFromString(reply))
    return go_on_later(fault_pause);
  const auto began = time_point{duration{current_->start_time()}};
  const bool resets = current_->request().has_reset_operation();
  for (const auto& each : found.executions()) {
    // A reset closes a run and begins another one: neither is its business again.
    const bool is_own = resets
                        && (from_proto(each.start_time()) > began
                            || (each.has_close_time() && from_proto(each.close_time()) > began));
    if (!is_own)
      left_.push_back(each.execution());
  }
  next_page_ = found.next_page_token();
  is_last_page_ = next_page_.empty();
  ask_some();
}

void batch_actor::ask_some() {
  const auto per_second = current_->request().max_operations_per_second();
  while (!left_.empty() && asked_.size() < most_asked) {
    if (per_second > 0) {
      const auto now = directory_.now();
      if (next_allowed_ > now) {
        if (!std::exchange(is_waiting_, true))
          ask_later(0, next_allowed_ - now);
        return;
      }
      next_allowed_ =
          now
          + std::chrono::duration_cast<duration>(std::chrono::duration<double>{1.0 / per_second});
    }
    const auto number = ++last_asked_;
    auto& one =
        asked_.emplace(number, asked{batch_target{*current_, std::move(left_.front())}, nullptr, 1})
            .first->second;
    left_.pop_front();
    ask(number, one.what.begin());
  }
  if (left_.empty() && asked_.empty())
    page_done();
}

void batch_actor::ask(std::uint64_t number, batch_target::request what) {
  auto& one = asked_.at(number);
  one.last = std::move(what);
  send(*one.last, [this, number](const rpc_status& status, const std::string& reply) {
    answered(number, status, reply);
  });
}

/// 0: there may be more to ask; else this request once more.
void batch_actor::ask_again(std::uint64_t number) {
  if (number == 0) {
    is_waiting_ = false;
    ask_some();
  } else if (const auto found = asked_.find(number); found != asked_.end()) {
    ask(number, std::move(found->second.last));
  }
}

void batch_actor::ask_later(std::uint64_t number, duration pause) {
  home().schedule(pause, [weak = caf::actor_cast<caf::actor_addr>(this), turn = turn_, number] {
    if (auto self = caf::actor_cast<batch_handle>(weak))
      actors::tell(self, batch_asks{turn, number});
  });
}

void batch_actor::answered(
    std::uint64_t number, const rpc_status& status, const std::string& reply) {
  const auto found = asked_.find(number);
  if (found == asked_.end())
    return;
  auto& one = found->second;
  if (may_try_again(status) && one.attempts < most_attempts) {
    ++one.attempts;
    ask_later(number, retry_pause * one.attempts);
    return;
  }
  if (auto more = one.what.next(status, reply)) {
    ask(number, std::move(more));
    return;
  }
  if (one.what.has_failed()) {
    current_->set_failed(current_->failed() + 1);
    log::debug(
        "a workflow refused what a batch operation asked",
        {{"job_id", current_->request().job_id()},
         {"workflow_id", one.what.workflow_id()},
         {"error", one.what.problem()}});
  } else {
    current_->set_completed(current_->completed() + 1);
  }
  current_->set_done(current_->done() + 1);
  asked_.erase(found);
  ask_some();
}

void batch_actor::page_done() {
  if (is_last_page_)
    return end(enums::BATCH_OPERATION_STATE_COMPLETED, {});
  auto now = *current_;
  now.set_page_token(next_page_);
  current_->set_page_token(next_page_);
  commit(std::move(now), [this](bool is_durable) {
    if (is_durable && current_)
      read_page();
    else
      go_on_later(fault_pause);
  });
}

void batch_actor::end(enums::BatchOperationState state, const std::string& why) {
  if (!why.empty())
    log::warn(
        "a batch operation ends before its time",
        {{"job_id", current_->request().job_id()}, {"error", why}});
  auto ended = *current_;
  close(ended, state, directory_.now());
  commit(std::move(ended), [this](bool is_durable) {
    if (!is_durable)
      return go_on_later(fault_pause);
    let_go();
    forget_old();
  });
}

void batch_actor::send(const google::protobuf::Message& request, answer_handler then) {
  const auto number = ++last_sent_;
  expected_.emplace(number, std::move(then));
  auto from = std::make_shared<call>(
      rpc::local_service::request{
          method_of(request),
          rpc::bytes{request.SerializeAsString()},
          directory_.now() + patience,
          {},
          nullptr},
      [weak = caf::actor_cast<caf::actor_addr>(this),
       number](rpc_status status, const rpc::bytes& reply) {
        if (auto self = caf::actor_cast<batch_handle>(weak))
          actors::tell(self, batch_answered{number, std::move(status), reply.str()});
      });
  admit(directory_, from);
}

} // namespace troupe::embedded

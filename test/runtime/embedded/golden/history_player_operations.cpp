// SPDX-License-Identifier: Apache-2.0
// What happens to Nexus operations: what their handlers answered, in which of its ways, and when.

#include "runtime/base/time/time.hpp"
#include "runtime/protocol/links.hpp"
#include "test/runtime/embedded/golden/history_player.hpp"
#include "test/support/history_normaliser.hpp"

#include <algorithm>

#pragma GCC diagnostic ignored "-Wdeprecated-declarations" // recorded events have old fields set

namespace troupe::test {
namespace {

namespace enums = temporal::api::enums::v1;
using history_event = history_api::HistoryEvent;

template <class Links>
void add_links(const history_event& from, Links& to) {
  for (const auto& link : from.links()) {
    auto& added = *to.Add();
    const auto as = protocol::to_nexus_link(link);
    added.set_url(as->url);
    added.set_type(std::string{as->type});
  }
}

} // namespace

bool history_player::is_started(std::int64_t scheduled_event_id) {
  const auto& all = service_.current().state.nexus_operations;
  const auto found = all.find(scheduled_event_id);
  if (found == all.end())
    service_fixture::fail("no pending operation " + std::to_string(scheduled_event_id));
  return found->second.state == embedded::nexus_operation::state::started;
}

void history_player::answer(
    std::int64_t scheduled_event_id, bool cancelation, const embedded::nexus_outcome& outcome) {
  auto& waiting = service_.nexus_requests;
  const auto found = std::find_if(waiting.begin(), waiting.end(), [&](const auto& each) {
    return each.attempt.scheduled_event_id == scheduled_event_id
           && each.attempt.cancelation == cancelation;
  });
  if (found == waiting.end())
    service_fixture::fail("no request to answer for " + std::to_string(scheduled_event_id));
  const auto attempt = found->attempt;
  waiting.erase(found);
  service_.decide(embedded::nexus_request_done{attempt, outcome});
}

void history_player::finish_operation(
    std::int64_t scheduled_event_id, embedded::nexus_completion how) {
  const auto& operation = service_.current().state.nexus_operations.at(scheduled_event_id);
  const auto tx = service_.decide(embedded::complete_nexus_operation{
      {service_.rec().namespace_id,
       service_.rec().workflow_id,
       run_id_,
       scheduled_event_id,
       operation.request_id},
      std::move(how)});
  if (!tx.answer.status.ok())
    service_fixture::fail("completion refused: " + tx.answer.status.message);
}

history_player::event history_player::in_our_ids(const event& recorded) const {
  std::string bytes = recorded.SerializeAsString();
  const auto replace = [&](const std::string& theirs, const std::string& ours) {
    if (theirs.empty() || theirs.size() != ours.size())
      return;
    for (auto at = bytes.find(theirs); at != std::string::npos; at = bytes.find(theirs, at))
      bytes.replace(at, ours.size(), ours);
  };
  replace(
      recorded_.events(0).workflow_execution_started_event_attributes().original_execution_run_id(),
      run_id_);
  for (const auto& ours : service_.rec().find(run_id_)->history) {
    if (!ours->has_nexus_operation_scheduled_event_attributes())
      continue;
    const auto& theirs = recorded_.events(static_cast<int>(ours->event_id()) - 1);
    replace(
        theirs.nexus_operation_scheduled_event_attributes().request_id(),
        ours->nexus_operation_scheduled_event_attributes().request_id());
  }
  event translated;
  if (!translated.ParseFromString(bytes))
    service_fixture::fail("the recorded event does not survive other ids");
  return translated;
}

void history_player::happen_to_operation(const event& recorded) {
  using outcome = embedded::nexus_completion::state;
  const auto from = in_our_ids(recorded);
  wire::RespondNexusTaskCompletedRequest completed;
  wire::RespondNexusTaskFailedRequest failed;
  switch (from.event_type()) {
  case enums::EVENT_TYPE_NEXUS_OPERATION_STARTED: {
    const auto& a = from.nexus_operation_started_event_attributes();
    // A time cut to seconds comes from a completion that overtook the answer.
    if (from.event_time().nanos() == 0) {
      fabricated_[a.scheduled_event_id()] = &recorded;
      return;
    }
    auto& to = *completed.mutable_response()->mutable_start_operation()->mutable_async_success();
    to.set_operation_token(a.operation_token());
    add_links(from, *to.mutable_links());
    answer(a.scheduled_event_id(), false, &completed);
    return;
  }
  case enums::EVENT_TYPE_NEXUS_OPERATION_COMPLETED: {
    const auto& a = from.nexus_operation_completed_event_attributes();
    const auto fabricated = fabricated_.find(a.scheduled_event_id());
    if (is_started(a.scheduled_event_id()) || fabricated != fabricated_.end()) {
      embedded::nexus_completion how;
      how.outcome = outcome::succeeded;
      how.result = std::make_shared<temporal::api::common::v1::Payload>(a.result());
      if (fabricated != fabricated_.end()) {
        const auto begun = in_our_ids(*fabricated->second);
        how.operation_token = begun.nexus_operation_started_event_attributes().operation_token();
        how.start_time = from_proto(begun.event_time());
        for (const auto& link : begun.links())
          how.links.push_back(std::make_shared<temporal::api::common::v1::Link>(link));
      }
      finish_operation(a.scheduled_event_id(), std::move(how));
      return;
    }
    auto& to = *completed.mutable_response()->mutable_start_operation()->mutable_sync_success();
    *to.mutable_payload() = a.result();
    add_links(from, *to.mutable_links());
    answer(a.scheduled_event_id(), false, &completed);
    return;
  }
  case enums::EVENT_TYPE_NEXUS_OPERATION_FAILED: {
    const auto& a = from.nexus_operation_failed_event_attributes();
    const auto& cause = a.failure().cause();
    if (is_started(a.scheduled_event_id())) {
      embedded::nexus_completion how;
      how.outcome = outcome::failed;
      how.failure = std::make_shared<temporal::api::failure::v1::Failure>(cause);
      finish_operation(a.scheduled_event_id(), std::move(how));
    } else if (cause.message() == "endpoint not registered") {
      service_.known.endpoints.clear();
      answer(a.scheduled_event_id(), false, embedded::nexus_no_answer{});
      wait_for(from.event_type());
    } else if (cause.has_nexus_handler_failure_info()) {
      *failed.mutable_failure() = cause;
      answer(a.scheduled_event_id(), false, &failed);
    } else {
      *completed.mutable_response()->mutable_start_operation()->mutable_failure() = cause;
      answer(a.scheduled_event_id(), false, &completed);
    }
    return;
  }
  case enums::EVENT_TYPE_NEXUS_OPERATION_CANCELED: {
    const auto& a = from.nexus_operation_canceled_event_attributes();
    const auto& cause = a.failure().cause();
    if (is_started(a.scheduled_event_id())) {
      embedded::nexus_completion how;
      how.outcome = outcome::canceled;
      how.failure = std::make_shared<temporal::api::failure::v1::Failure>(cause);
      finish_operation(a.scheduled_event_id(), std::move(how));
    } else {
      *completed.mutable_response()->mutable_start_operation()->mutable_failure() = cause;
      answer(a.scheduled_event_id(), false, &completed);
    }
    return;
  }
  case enums::EVENT_TYPE_NEXUS_OPERATION_CANCEL_REQUEST_COMPLETED:
    completed.mutable_response()->mutable_cancel_operation();
    answer(
        from.nexus_operation_cancel_request_completed_event_attributes().scheduled_event_id(),
        true,
        &completed);
    return;
  case enums::EVENT_TYPE_NEXUS_OPERATION_CANCEL_REQUEST_FAILED: fail_cancel_request(from); return;
  case enums::EVENT_TYPE_NEXUS_OPERATION_TIMED_OUT: time_out_operation(from); return;
  default: service_fixture::fail("no way to make a " + type_name(from));
  }
}

void history_player::fail_cancel_request(const event& from) {
  const auto& a = from.nexus_operation_cancel_request_failed_event_attributes();
  wire::RespondNexusTaskFailedRequest failed;
  if (a.failure().has_nexus_handler_failure_info()) {
    *failed.mutable_failure() = a.failure();
    answer(a.scheduled_event_id(), true, &failed);
    return;
  }
  failed.mutable_failure()->mutable_nexus_handler_failure_info()->set_type("UNAVAILABLE");
  for (int attempts = 0; attempts < 20; ++attempts) {
    const auto& cancel =
        service_.current().state.nexus_operations.at(a.scheduled_event_id()).cancel;
    if (cancel->state == embedded::nexus_cancelation::state::failed)
      return;
    if (cancel->state == embedded::nexus_cancelation::state::scheduled)
      answer(a.scheduled_event_id(), true, &failed);
    else
      service_.advance_to(*cancel->next_attempt);
  }
  service_fixture::fail("the cancel request never failed");
}

void history_player::time_out_operation(const event& from) {
  const auto id = from.nexus_operation_timed_out_event_attributes().scheduled_event_id();
  for (int attempts = 0; attempts < 20; ++attempts) {
    const auto& operations = service_.current().state.nexus_operations;
    if (!operations.contains(id))
      return;
    const auto& operation = operations.at(id);
    if (operation.state == embedded::nexus_operation::state::scheduled) {
      service_.now += std::chrono::milliseconds{200};
      answer(id, false, embedded::nexus_no_answer{});
    } else if (operation.next_attempt) {
      service_.advance_to(*operation.next_attempt);
    } else {
      service_.advance_to(service_.timer.value());
    }
  }
}

} // namespace troupe::test

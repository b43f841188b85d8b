// SPDX-License-Identifier: Apache-2.0
#include "runtime/workflow/machines/local_activity_machine.hpp"

#include "runtime/base/time/saturate.hpp"
#include "runtime/payload/failure_converter.hpp"
#include "runtime/payload/proto_payload.hpp"
#include "runtime/protocol/text_payload.hpp"
#include "runtime/workflow/engine.hpp"

#include <troupe/error.hpp>
#include <troupe/payload/convert.hpp>
#include <troupe/payload/json.hpp>

#include <boost/describe.hpp>
#include <temporal/api/command/v1/message.pb.h>
#include <temporal/api/history/v1/message.pb.h>

namespace troupe::workflow {

namespace enums = temporal::api::enums::v1;

namespace local_marker {

/// As sdk-core writes them, so that its languages can replay our histories and we theirs.
struct moment {
  std::int64_t seconds = 0;
  std::int64_t nanos = 0;
};
BOOST_DESCRIBE_STRUCT(moment, (), (seconds, nanos))

struct data {
  std::uint32_t seq = 0;
  int attempt = 1;
  std::string activity_id;
  std::string activity_type;
  std::optional<moment> complete_time;
  std::optional<moment> backoff;
  std::optional<moment> original_schedule_time;
};
BOOST_DESCRIBE_STRUCT(
    data,
    (),
    (seq, attempt, activity_id, activity_type, complete_time, backoff, original_schedule_time))

constexpr std::int64_t nanos_of_second = 1'000'000'000;

moment to_moment(std::int64_t nanos) {
  return {nanos / nanos_of_second, nanos % nanos_of_second};
}
duration to_duration(const moment& from) {
  constexpr auto limit = std::numeric_limits<std::int64_t>::max() / nanos_of_second;
  if (from.seconds >= limit || from.seconds <= -limit)
    return from.seconds > 0 ? duration::max() : duration::min();
  return together(duration{from.seconds * nanos_of_second}, duration{from.nanos});
}

/// As Go writes them, so that its histories can be replayed.
constexpr const char* go_name = "LocalActivity";
struct go_data {
  std::string ActivityID;
  std::string ActivityType;
  std::optional<time_point> ReplayTime;
  int Attempt = 1;
  std::int64_t Backoff = 0; ///< of a failure that is tried again: in nanoseconds; else 0 or less
};
BOOST_DESCRIBE_STRUCT(go_data, (), (ActivityID, ActivityType, ReplayTime, Attempt, Backoff))

data from_go(go_data&& from) {
  data result{
      .seq = 0,
      .attempt = from.Attempt,
      .activity_id = std::move(from.ActivityID),
      .activity_type = std::move(from.ActivityType),
      .complete_time = {},
      .backoff = {},
      .original_schedule_time = {}};
  if (from.ReplayTime)
    result.complete_time = to_moment(from.ReplayTime->time_since_epoch().count());
  if (from.Backoff > 0)
    result.backoff = to_moment(from.Backoff);
  return result;
}

bool is_gos(const history_event& event) {
  return event.marker_recorded_event_attributes().marker_name() == go_name;
}

/// Nothing for the marker of something else, and for what cannot be read.
std::optional<data> read(const history_event& event) {
  const auto& marker = event.marker_recorded_event_attributes();
  if (marker.marker_name() != local_marker_name && marker.marker_name() != go_name)
    return std::nullopt;
  const auto found = marker.details().find("data");
  if (found == marker.details().end() || found->second.payloads_size() == 0)
    return std::nullopt;
  try {
    const auto value = view_of(found->second.payloads(0));
    return is_gos(event) ? from_go(decode_value<go_data>(value)) : decode_value<data>(value);
  } catch (const payload_error&) {
    return std::nullopt;
  }
}

} // namespace local_marker

// -- one series

local_activity_machine::local_activity_machine(
    local_activity_pending& of,
    machine_host& host,
    local_activity_number number,
    detail::local_activity_request&& request)
    : of_(&of), host_(host), number_(number), request_(std::move(request)),
      asked_(of.owner().now()) {
  if (id().empty())
    request_.options.activity_id = std::to_string(number.of_all);
}

void local_activity_machine::begin() {
  host_.run_locally(*this, detail::local_activity_request{request_});
}

void local_activity_machine::cancel(const std::string& reason) {
  auto input = machine_input::cancel_and_leave;
  if (request_.options.cancellation_type == activity_cancellation_type::wait_completed)
    input = machine_input::cancel_and_wait;
  else if (request_.options.cancellation_type == activity_cancellation_type::abandon)
    input = machine_input::leave;
  const auto* row = take_transition<local_activity_transitions>(state_, input);
  if (row == nullptr) // over, or asked before
    return;
  const detail::ref<machine> keep{this};
  if (row->effect == machine_effect::issue_cancel)
    return host_.cancel_locally(*this);
  host_.leave_locally(*this, row->effect != machine_effect::resolve_canceled);
  mark(
      {.value = {},
       .failure = canceled(reason),
       .attempt = request_.attempt,
       .backoff = {},
       .scheduled = request_.scheduled,
       .completed = {}});
}

std::exception_ptr local_activity_machine::canceled(const std::string& reason) const {
  return std::make_exception_ptr(activity_error(
      "Activity cancelled",
      {.activity_type = request_.type,
       .activity_id = id(),
       .retry_state = retry_state::cancel_requested},
      std::make_shared<canceled_error>(reason.empty() ? "canceled" : reason)));
}

void local_activity_machine::on_local_result(local_result&& result) {
  // As a replay will tell it: code that looks at the type of what an activity threw must not find
  // another one then.
  if (result.failure != nullptr)
    result.failure = to_failure_error(result.failure)->to_exception_ptr();
  close(
      {.value = std::move(result.value),
       .failure = std::move(result.failure),
       .attempt = result.attempt,
       .backoff = result.backoff,
       .scheduled = result.started,
       .completed = later(asked_, result.took)});
}

bool local_activity_machine::is_told_by(
    const local_marker::data& data, const history_event& event) const {
  if (!local_marker::is_gos(event))
    return data.seq == number_.of_all;
  const bool is_numbered = id() == std::to_string(number_.of_all);
  return data.activity_id == (is_numbered ? std::to_string(number_.of_locals) : id());
}

bool local_activity_machine::is_recorded_by(const history_event& event) const {
  const auto data = local_marker::read(event);
  return data && is_told_by(*data, event);
}

bool local_activity_machine::on_ahead(const history_event& event) {
  const auto data = local_marker::read(event);
  if (!data || !is_told_by(*data, event))
    return false;
  const auto& marker = event.marker_recorded_event_attributes();
  outcome told{
      .value = {},
      .failure = {},
      .attempt = data->attempt,
      .backoff = {},
      .scheduled = {},
      .completed = {}};
  if (data->backoff)
    told.backoff = local_marker::to_duration(*data->backoff);
  if (data->original_schedule_time)
    told.scheduled = time_point{local_marker::to_duration(*data->original_schedule_time)};
  if (data->complete_time)
    told.completed = time_point{local_marker::to_duration(*data->complete_time)};
  if (marker.has_failure())
    told.failure = from_failure(marker.failure(), host_.payload_converter());
  else if (const auto result = marker.details().find("result");
           result != marker.details().end() && result->second.payloads_size() != 0)
    told.value = from_proto(result->second.payloads(0));
  else
    told.value.set("encoding", "binary/null");
  close(std::move(told));
  return true;
}

void local_activity_machine::close(outcome&& with) {
  if (take_transition<local_activity_transitions>(state_, machine_input::close) != nullptr)
    mark(std::move(with));
}

/// The marker goes out with this task, and whoever waits hears of it.
void local_activity_machine::mark(outcome&& with) {
  outcome_ = std::move(with);
  if (outcome_.completed)
    host_.advance_time(*outcome_.completed);
  const auto of = std::exchange(of_, {});
  host_.issue(*this, enums::COMMAND_TYPE_RECORD_MARKER);
  if (outcome_.backoff) {
    auto next = std::move(request_);
    request_.type = next.type; // what the marker still says
    request_.options.activity_id = next.options.activity_id;
    if (next.options.activity_id == std::to_string(number_.of_all))
      next.options.activity_id.clear();
    next.attempt = outcome_.attempt + 1;
    next.scheduled = outcome_.scheduled;
    of->retry(std::move(next), *outcome_.backoff);
  } else {
    request_.input = {};
    of->end(payload{outcome_.value}, outcome_.failure);
  }
}

void local_activity_machine::write(int, wire_command& to) {
  auto& marker = *to.mutable_record_marker_command_attributes();
  marker.set_marker_name(local_marker_name);
  local_marker::data data{
      .seq = number_.of_all,
      .attempt = outcome_.attempt,
      .activity_id = id(),
      .activity_type = request_.type,
      .complete_time = {},
      .backoff = {},
      .original_schedule_time = {}};
  if (outcome_.completed)
    data.complete_time = local_marker::to_moment(outcome_.completed->time_since_epoch().count());
  if (outcome_.backoff)
    data.backoff = local_marker::to_moment(outcome_.backoff->count());
  if (outcome_.scheduled)
    data.original_schedule_time =
        local_marker::to_moment(outcome_.scheduled->time_since_epoch().count());
  to_proto(encode_value(data), *(*marker.mutable_details())["data"].add_payloads());
  if (outcome_.failure != nullptr)
    to_failure(outcome_.failure, host_.payload_converter(), *marker.mutable_failure());
  else
    to_proto(std::move(outcome_.value), *(*marker.mutable_details())["result"].add_payloads());
  if (!request_.options.summary.empty())
    to_proto(
        protocol::text_payload(request_.options.summary, "summary", host_.payload_converter()),
        *to.mutable_user_metadata()->mutable_summary());
}

std::string local_activity_machine::describe(int) const {
  return "local activity " + request_.type + " '" + id() + "'";
}

void local_activity_machine::recorded(const event_row& row, const history_event& event) {
  const auto data = local_marker::read(event);
  if (!data)
    throw_mismatch(
        event,
        "marker name",
        event.marker_recorded_event_attributes().marker_name(),
        local_marker_name);
  if (data->activity_type != request_.type)
    throw_mismatch(event, "activity type", data->activity_type, request_.type);
  if (data->activity_id != id() && !local_marker::is_gos(event))
    throw_mismatch(event, "activity id", data->activity_id, id());
  take_transition<local_activity_transitions>(state_, row.means);
  outcome_ = {};
}

void local_activity_machine::on_event(const event_row&, const history_event& event) {
  throw_unexpected(event, describe(0));
}

std::string local_activity_machine::waits_for() const {
  return of_ ? describe(0) + of_->waiting_coroutine() : std::string{};
}

std::size_t local_activity_machine::memory_bytes() const noexcept {
  auto sum = sizeof(*this) + outcome_.value.data.capacity();
  for (const auto& argument : request_.input)
    sum += sizeof(argument) + argument.data.capacity();
  return sum;
}

// -- all of them

local_activity_pending::local_activity_pending(engine& run, machine_host& host)
    : payload_pending(run), run_(run), host_(host) {}

void local_activity_pending::cancel(const std::string& reason) {
  if (owner().closed())
    return;
  host_.require_writable();
  if (series_ != nullptr)
    series_->cancel(reason);
  else if (timer_)
    timer_->cancel(reason);
}

void local_activity_pending::begin(
    local_activity_number number, detail::local_activity_request&& request) {
  const auto series =
      detail::make_ref<local_activity_machine>(*this, host_, number, std::move(request));
  series_ = series.get();
  series->begin();
}

void local_activity_pending::retry(detail::local_activity_request&& request, duration backoff) {
  series_ = nullptr;
  run_.retry_local_later(*this, std::move(request), backoff);
}

void local_activity_pending::end(payload&& result, std::exception_ptr failure) {
  series_ = nullptr;
  value = std::move(result);
  failure == nullptr ? settle() : fail(std::move(failure));
}

} // namespace troupe::workflow

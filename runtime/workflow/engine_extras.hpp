// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/workflow/engine.hpp"
#include "runtime/workflow/interception.hpp"
#include "runtime/workflow/local/local_work.hpp"
#include "runtime/workflow/run_trace.hpp"
#include "runtime/workflow/version_notes.hpp"

#include <troupe/async.hpp>

#include <temporal/api/common/v1/message.pb.h>
#include <temporal/api/protocol/v1/message.pb.h>
#include <temporal/api/update/v1/message.pb.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace troupe::workflow {

/// An update that came to the run.
struct received_update {
  std::string message_id; ///< of the request
  std::string id;
  std::int64_t sequencing_event_id = 0;
  temporal::api::update::v1::Request request;
  bool is_accepted = false; ///< the history says so
};

/// Adds what the coroutines allocated meanwhile, and takes off what they gave back. One may lie
/// around another. What begins or ends coroutines of the run does so within one: a frame that is
/// only seen to go would leave a sum below zero.
class frame_meter {
public:
  explicit frame_meter(std::uint32_t& sum)
      : sum_(sum), sum_before_(sum), before_(troupe::detail::frame_bytes()) {}
  ~frame_meter() {
    sum_ = sum_before_ + static_cast<std::uint32_t>(troupe::detail::frame_bytes() - before_);
  }
  frame_meter(const frame_meter&) = delete;
  frame_meter& operator=(const frame_meter&) = delete;

private:
  std::uint32_t& sum_;
  std::uint32_t sum_before_;
  std::size_t before_;
};

/// A run's search attributes and its memo as they are now; values as they travel.
struct described {
  std::string details; ///< of the present, for people
  temporal::api::common::v1::SearchAttributes attributes;
  temporal::api::common::v1::Memo memo;
};

/// What most runs never have: a worker holds many of them, so the others do not pay for it.
struct engine::extras {
  std::optional<random_stream> random; ///< of those that ask it, or were reset
  std::map<std::string, random_stream, std::less<>> named_random;
  std::string reset_run_id;                      ///< of the last reset; empty without one
  std::string user_metadata;                     ///< what the start said for people, serialised
  std::string last_completion_result;            ///< that the start brought, serialised
  std::string last_failure;                      ///< the same
  worker_deployment_version deployment_version;  ///< that ran the current task; empty: none
  std::optional<sdk_identity> other_sdk;         ///< if it is neither ours nor none
  std::vector<protocol_message> outgoing;        ///< that go out with the current task
  std::vector<const history_event*> ahead;       ///< while the code of a step runs
  std::vector<received_update> waiting_updates;  ///< that had no handler when they came
  std::vector<received_update> admitted_updates; ///< by a reset; who was accepted comes later
  local_work local;
  std::uint32_t last_local = 0;      ///< of the local activities
  std::size_t standing_anywhere = 0; ///< of the issued commands: those whose place is not compared
  std::optional<run_trace> trace;    ///< of a worker that has a tracer
  std::unique_ptr<const data_converter> converter; ///< null: the environment's
  std::string drawn_child_id; ///< the last one; empty where the codec tells no contexts apart
  std::unique_ptr<interception> interceptors; ///< null: there are none
  workflow::log_fields log;                   ///< that they want in each line
  std::vector<failed_message> failed;         ///< in the current task
  std::unique_ptr<described> described_as;    ///< null until the code reads or changes it
  std::unique_ptr<version_notes> versions;    ///< null until the code asks for one
};

} // namespace troupe::workflow

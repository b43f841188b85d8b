// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bench/kitchen_sink/plan.hpp"

#include <troupe/client.hpp>
#include <troupe/testing/environment.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace kitchen_sink {

/// What a client does to a workflow.
enum class deed {
  start,
  signal_with_start,
  update_with_start,
  eager_start,
  start_delay,
  signal,
  update,
  repeated_update, ///< the same once more
  refused_update,  ///< by the validator
  lingering_update,
  query,
  change_options,
  reset,
  reset_after_end,
  reset_without_messages, ///< those that it lost are sent again
  cancel,
  terminate,
  run_timeout,
  cron_run,
  retried_run,
  continued_run,
};
BOOST_DESCRIBE_ENUM(
    deed,
    start,
    signal_with_start,
    update_with_start,
    eager_start,
    start_delay,
    signal,
    update,
    repeated_update,
    refused_update,
    lingering_update,
    query,
    change_options,
    reset,
    reset_after_end,
    reset_without_messages,
    cancel,
    terminate,
    run_timeout,
    cron_run,
    retried_run,
    continued_run)
inline constexpr std::size_t deeds = static_cast<std::size_t>(deed::continued_run) + 1;
using deed_counts = std::array<std::size_t, deeds>;

/// The history of a run, the last one without an id, for whoever looks into it.
std::string
story_of(const troupe::client& client, const std::string& id, const std::string& run_id = {});

/// The clients of one workflow: brings it to its end as its plan says, and says what came of it.
class driver {
public:
  /// Begins it. What it is given must outlive it.
  driver(
      std::string id,
      plan what,
      const troupe::client& with,
      troupe::testing::environment& world,
      std::mt19937_64& chance,
      deed_counts& counts);

  /// Sends what it waits for, or what ends it.
  void drive();
  /// Waits for its end. What went wrong, for people; empty if nothing did.
  [[nodiscard]] std::vector<std::string> judge();

  [[nodiscard]] const plan& what() const noexcept { return what_; }

private:
  using handle_type = troupe::workflow_handle<std::int64_t>;

  void begin();
  void send_messages();
  void reset();
  void wait_for_cron_runs();
  void wait_at_random();
  void done(deed what) { ++counts_[static_cast<std::size_t>(what)]; }

  [[nodiscard]] std::string outcome() const;
  [[nodiscard]] std::string expected() const;
  /// What a run that has come to its own end shows of itself, in words; empty if it is right.
  [[nodiscard]] std::string remains();
  [[nodiscard]] std::string runs();
  [[nodiscard]] std::string story() const { return story_of(client_, id_); }

  std::string id_;
  plan what_;
  const troupe::client& client_;
  troupe::testing::environment& world_;
  std::mt19937_64& chance_;
  deed_counts& counts_;
  std::optional<handle_type> handle_;
  std::optional<troupe::update_handle<void>> lingering_;
  messages left_; ///< to be sent
};

} // namespace kitchen_sink

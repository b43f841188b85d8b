// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/shard/foreign_code.hpp"
#include "runtime/workflow/instance.hpp"

#include <memory>
#include <string>

namespace troupe::actors {

/// The end of a run that leaves the cache: the destructors of its coroutines are the user's code,
/// and may not come back either.
class run_eviction final : public foreign_code {
public:
  run_eviction(std::unique_ptr<workflow::instance> run, std::string run_id)
      : run_(std::move(run)), run_id_(std::move(run_id)) {}

  void run(way_home&) noexcept override { run_ = nullptr; }
  void came_back() noexcept override {}
  void left_behind(const std::source_location& coroutine) noexcept override;
  void dissolve() noexcept override {}

private:
  std::unique_ptr<workflow::instance> run_; ///< of the thread that runs it
  const std::string run_id_;
};

} // namespace troupe::actors

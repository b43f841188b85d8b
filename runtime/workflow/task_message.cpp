// SPDX-License-Identifier: Apache-2.0
#include "runtime/workflow/task_message.hpp"

#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <array>
#include <cstddef>
#include <vector>

namespace troupe::workflow {
namespace {

/// Enough for a task with a few events and its answer; a longer history takes more from the heap
/// and gives it back at its end.
constexpr std::size_t block_bytes = 8192;
/// More than so many tasks under way on one thread are rare, and cost an allocation each.
constexpr std::size_t max_kept = 64;

google::protobuf::ArenaOptions options_of(char* memory) {
  google::protobuf::ArenaOptions options;
  options.initial_block = memory;
  options.initial_block_size = block_bytes;
  return options;
}

} // namespace

struct task_message::block {
  alignas(std::max_align_t) std::array<char, block_bytes> memory;
  google::protobuf::Arena arena{options_of(memory.data())};

  static std::vector<std::unique_ptr<block>>& kept() {
    thread_local std::vector<std::unique_ptr<block>> free;
    return free;
  }
  static block* take() {
    auto& free = kept();
    if (free.empty())
      return new block;
    auto* taken = free.back().release();
    free.pop_back();
    return taken;
  }
};

void task_message::recycle::operator()(block* used) const noexcept {
  std::unique_ptr<block> owned{used};
  owned->arena.Reset();
  if (auto& free = block::kept(); free.size() < max_kept)
    free.push_back(std::move(owned));
}

task_message::task_message() : block_(block::take()), task_(&make<message>()) {}
task_message::task_message(task_message&& other) noexcept = default;
task_message& task_message::operator=(task_message&& other) noexcept = default;
task_message::~task_message() = default;

google::protobuf::Arena& task_message::arena() const noexcept {
  return block_->arena;
}

} // namespace troupe::workflow

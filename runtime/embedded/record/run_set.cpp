// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/record/run_set.hpp"

#include "runtime/embedded/record/record.hpp"

namespace troupe::embedded {

run_set::run_set() = default;
run_set::run_set(run_set&&) noexcept = default;
run_set& run_set::operator=(run_set&&) noexcept = default;
run_set::~run_set() = default;

run& run_set::add(std::unique_ptr<run> made) {
  ++visits_;
  auto& added = *made;
  by_id_.emplace(added.id, &added);
  by_number_.emplace_hint(by_number_.end(), added.number, std::move(made));
  return added;
}

std::shared_ptr<run> run_set::remove(std::uint64_t number) {
  const auto at = by_number_.find(number);
  if (at == by_number_.end())
    return nullptr;
  ++visits_;
  std::shared_ptr<run> removed = std::move(at->second);
  by_id_.erase(removed->id);
  by_number_.erase(at);
  return removed;
}

run* run_set::find(std::string_view id) {
  const auto at = by_id_.find(id);
  if (at == by_id_.end())
    return nullptr;
  ++visits_;
  return at->second;
}

run* run_set::find(std::uint64_t number) {
  const auto at = by_number_.find(number);
  if (at == by_number_.end())
    return nullptr;
  ++visits_;
  return at->second.get();
}

run* run_set::newest() {
  if (by_number_.empty())
    return nullptr;
  ++visits_;
  return by_number_.rbegin()->second.get();
}

const run* run_set::find(std::string_view id) const {
  const auto at = by_id_.find(id);
  if (at == by_id_.end())
    return nullptr;
  ++visits_;
  return at->second;
}

const run* run_set::newest() const {
  if (by_number_.empty())
    return nullptr;
  ++visits_;
  return by_number_.rbegin()->second.get();
}

} // namespace troupe::embedded

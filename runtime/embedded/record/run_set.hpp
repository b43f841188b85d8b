// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string_view>
#include <unordered_map>

namespace troupe::embedded {

struct run;

/// The runs of a record, in the order of their numbers (oldest first) and by id. To find one costs
/// the same however many there are; that nobody walks through all of them is what `visits` is for.
class run_set {
public:
  run_set();
  run_set(run_set&&) noexcept;
  run_set& operator=(run_set&&) noexcept;
  ~run_set();

  /// Adds a run with an id and a number that are new; the number is the largest yet.
  run& add(std::unique_ptr<run> made);
  /// The run that is no longer one of them; null if it was none.
  std::shared_ptr<run> remove(std::uint64_t number);

  [[nodiscard]] run* find(std::string_view id);
  [[nodiscard]] run* find(std::uint64_t number);
  [[nodiscard]] run* newest();
  [[nodiscard]] const run* find(std::string_view id) const;
  [[nodiscard]] const run* newest() const;

  [[nodiscard]] bool empty() const { return by_number_.empty(); }
  [[nodiscard]] std::size_t size() const { return by_number_.size(); }

  /// Calls `visit(run)` for each, oldest first.
  template <class Visit>
  void for_each(Visit visit) const {
    for (const auto& [number, each] : by_number_) {
      ++visits_;
      visit(static_cast<const run&>(*each));
    }
  }
  template <class Visit>
  void for_each(Visit visit) {
    for (const auto& [number, each] : by_number_) {
      ++visits_;
      visit(*each);
    }
  }

  /// How many runs were looked at since the set was made.
  [[nodiscard]] std::size_t visits() const { return visits_; }

private:
  std::map<std::uint64_t, std::unique_ptr<run>> by_number_;
  std::unordered_map<std::string_view, run*> by_id_; ///< ids lie in the runs
  mutable std::size_t visits_ = 0;
};

} // namespace troupe::embedded

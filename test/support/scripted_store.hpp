// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/base/executor.hpp"
#include "runtime/embedded/store/store.hpp"

#include <algorithm>
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace troupe::test {

/// A store whose moments are the test's: it takes its time, lets batches overtake each other,
/// fails, and forgets what was not durable when it crashes.
class scripted_store final : public embedded::store {
public:
  /// What a crash leaves: shared by the stores of several lives of one service.
  struct disk {
    std::map<embedded::row_key, std::string> rows;
    std::size_t batches = 0; ///< that became durable
    std::size_t loads = 0;
  };

  scripted_store(executor& home, std::shared_ptr<disk> on) : home_(home), disk_(std::move(on)) {}

  // -- the script; each may be left out -----------------------------------------------------------

  /// How long the next batch or load takes.
  std::function<duration()> takes = {};
  /// Whether this batch fails.
  std::function<bool(const embedded::commit_batch&)> fails = {};
  /// Runs before a batch becomes durable that makes a difference; may crash the store.
  std::function<void()> before = {};
  /// Runs once whoever was told has said what there is to say, unless nothing differs from before;
  /// may crash the store.
  std::function<void()> after = {};
  std::size_t at_once = 8;
  /// Batches wait for `let_go` instead of becoming durable by themselves.
  bool holds = false;

  // -- what a test does ---------------------------------------------------------------------------

  [[nodiscard]] std::size_t held() const noexcept { return held_.size(); }
  /// Ends the batch that came as number `which` of those that wait.
  void let_go(std::size_t which, bool is_durable = true) {
    auto taken = std::move(held_[which]);
    held_.erase(held_.begin() + static_cast<std::ptrdiff_t>(which));
    end(std::move(taken), is_durable);
  }
  void let_all_go() {
    while (!held_.empty())
      let_go(0);
  }
  /// From now on nothing becomes durable and nobody hears anything.
  void crash() { *is_dead_ = true; }
  [[nodiscard]] bool is_dead() const noexcept { return *is_dead_; }
  [[nodiscard]] disk& on_disk() noexcept { return *disk_; }

  /// The records (namespace id, workflow id) of which something was written since this was asked
  /// last.
  [[nodiscard]] std::set<std::pair<std::string, std::string>> take_written() {
    return std::exchange(written_, {});
  }

  // -- embedded::store ----------------------------------------------------------------------------

  [[nodiscard]] std::size_t writes_at_once() const noexcept override { return at_once; }

  void commit(embedded::commit_batch what, unique_function<void(bool)> done) override {
    if (*is_dead_)
      return;
    write made{std::move(what), std::move(done)};
    if (holds) {
      held_.push_back(std::move(made));
      return;
    }
    later([this, made = std::move(made)]() mutable {
      const bool is_durable = !fails || !fails(made.what);
      end(std::move(made), is_durable);
    });
  }

  void load(
      std::vector<embedded::row_range> what,
      unique_function<void(embedded::loaded_rows)> done) override {
    later([this, what = std::move(what), done = std::move(done)]() mutable {
      ++disk_->loads;
      std::vector<embedded::row> found;
      for (const auto& range : what)
        for (auto at = disk_->rows.lower_bound({range.where, range.prefix});
             at != disk_->rows.end() && at->first.where == range.where
             && at->first.key.starts_with(range.prefix);
             ++at)
          found.push_back({at->first, at->second});
      done(embedded::loaded_rows{std::move(found)});
    });
  }

private:
  struct write {
    embedded::commit_batch what;
    unique_function<void(bool)> done;
  };

  void later(unique_function<void()> work) {
    auto alive = [is_dead = is_dead_, work = std::move(work)]() mutable {
      if (!*is_dead)
        work();
    };
    if (takes)
      home_.schedule(takes(), std::move(alive));
    else
      home_.post(std::move(alive));
  }

  [[nodiscard]] bool makes_a_difference(const embedded::commit_batch& what) const {
    return std::any_of(what.rows.begin(), what.rows.end(), [this](const auto& each) {
      const auto known = disk_->rows.find(each.key);
      return each.value ? known == disk_->rows.end() || known->second != *each.value
                        : known != disk_->rows.end();
    });
  }

  void end(write what, bool is_durable) {
    const bool differs = is_durable && makes_a_difference(what.what);
    if (differs && before)
      before();
    if (*is_dead_)
      return;
    if (is_durable) {
      for (const auto& each : what.what.rows)
        if (each.key.where >= embedded::table::record
            && each.key.where < embedded::table::visibility) {
          const auto parts = embedded::key_parts(each.key.key);
          if (parts.size() >= 2)
            written_.emplace(parts[0], parts[1]);
        }
      ++disk_->batches;
      for (auto& each : what.what.rows)
        if (each.value)
          disk_->rows.insert_or_assign(std::move(each.key), std::move(*each.value));
        else
          disk_->rows.erase(each.key);
    }
    what.done(is_durable);
    if (differs && after) // behind those who were told
      home_.post([this, is_dead = is_dead_] {
        if (!*is_dead)
          after();
      });
  }

  executor& home_;
  std::shared_ptr<disk> disk_;
  std::shared_ptr<bool> is_dead_ = std::make_shared<bool>(false);
  std::deque<write> held_;
  std::set<std::pair<std::string, std::string>> written_;
};

} // namespace troupe::test

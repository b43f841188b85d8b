// SPDX-License-Identifier: Apache-2.0
#include "actors/embedded/store/store_writer.hpp"

#include "actors/shard/shard.hpp"
#include "runtime/embedded/record/status.hpp"

#include <deque>
#include <iterator>
#include <unordered_map>
#include <utility>

namespace troupe::embedded {

/// Outlives the writer only in the hands of a store that still has something to say.
struct store_writer::state : std::enable_shared_from_this<state> {
  struct write {
    commit_batch rows;
    unique_function<void(bool)> done;
  };
  struct read {
    std::vector<row_range> what;
    unique_function<void(loaded_rows)> done;
  };
  /// What one owner wants, oldest first. It is in `ready` if and only if it wants something and
  /// has nothing under way.
  struct lane {
    std::deque<write> writes;
    std::deque<read> reads; ///< after all writes: who reads does not write before it has read
    bool is_under_way = false;
    bool is_ready = false;
  };
  using lanes = std::unordered_map<std::string, lane>;

  state(actors::shard& shard, std::shared_ptr<store> to) : home(shard), where(std::move(to)) {}

  lane& wants(const std::string& owner) {
    auto& mine = owners[owner];
    if (!mine.is_under_way && !std::exchange(mine.is_ready, true))
      ready.push_back(owner);
    return mine;
  }

  /// Once the turn is over: by then more have come.
  void flush_later() {
    if (std::exchange(is_flushing, true))
      return;
    home.defer([weak = weak_from_this()] {
      if (auto self = weak.lock()) {
        self->is_flushing = false;
        self->flush();
      }
    });
  }

  void flush() {
    std::vector<std::string> writers;
    for (auto& owner : std::exchange(ready, {})) {
      auto& mine = owners[owner];
      if (mine.writes.empty())
        read_now(owner, mine);
      else
        writers.push_back(std::move(owner));
    }
    // What came while reading goes along.
    ready.insert(
        ready.begin(), std::move_iterator{writers.begin()}, std::move_iterator{writers.end()});
    if (!ready.empty() && under_way < where->writes_at_once())
      write_now();
  }

  void read_now(const std::string& owner, lane& mine) {
    mine.is_ready = false;
    mine.is_under_way = true;
    auto wanted = std::move(mine.reads.front());
    mine.reads.pop_front();
    where->load(
        std::move(wanted.what),
        [weak = weak_from_this(), owner = owner, done = std::move(wanted.done)](
            loaded_rows rows) mutable {
          if (auto self = weak.lock()) {
            self->ended(owner);
            done(std::move(rows));
          }
        });
  }

  /// Everything that is ready to be written, in one batch.
  void write_now() {
    commit_batch batch;
    std::vector<std::string> who;
    std::vector<write> members;
    for (auto& owner : std::exchange(ready, {})) {
      auto& mine = owners[owner];
      if (mine.writes.empty()) {
        ready.push_back(std::move(owner)); // came while others were read: its turn is the next one
        continue;
      }
      mine.is_ready = false;
      mine.is_under_way = true;
      for (auto& each : std::exchange(mine.writes, {})) {
        std::move(each.rows.rows.begin(), each.rows.rows.end(), std::back_inserter(batch.rows));
        each.rows.rows.clear();
        members.push_back(std::move(each));
      }
      who.push_back(std::move(owner));
    }
    if (who.empty())
      return;
    ++under_way;
    where->commit(
        std::move(batch),
        [weak = weak_from_this(), who = std::move(who), what = std::move(members)](
            bool is_durable) mutable {
          if (auto self = weak.lock())
            self->written(who, std::move(what), is_durable);
        });
  }

  void written(const std::vector<std::string>& who, std::vector<write> what, bool is_durable) {
    --under_way;
    if (!is_durable)
      // What was decided on top of what is not there goes with it.
      for (const auto& owner : who) {
        auto& late = owners[owner].writes;
        std::move(late.begin(), late.end(), std::back_inserter(what));
        late.clear();
      }
    for (const auto& owner : who)
      ended(owner);
    for (auto& each : what)
      each.done(is_durable);
  }

  void ended(const std::string& owner) {
    auto found = owners.find(owner);
    auto& mine = found->second;
    mine.is_under_way = false;
    if (mine.writes.empty() && mine.reads.empty())
      owners.erase(found);
    else
      wants(owner);
    if (!ready.empty())
      flush_later();
  }

  actors::shard& home;
  std::shared_ptr<store> where;
  lanes owners;
  std::vector<std::string> ready;
  std::size_t under_way = 0;
  bool is_flushing = false;
  std::unordered_map<std::string, std::shared_ptr<record>> kept;
};

rpc_status store_failed() {
  return plain_status(status_code::unavailable, "the store failed, please retry");
}

store_writer::store_writer(actors::shard& home, std::shared_ptr<store> where)
    : state_(std::make_shared<state>(home, std::move(where))),
      keeps_rows_(state_->where->keeps_rows()) {}

store_writer::~store_writer() = default;

void store_writer::commit(
    const std::string& owner, commit_batch rows, unique_function<void(bool)> done) {
  if (!keeps_rows_) {
    done(true);
    return;
  }
  state_->wants(owner).writes.push_back({std::move(rows), std::move(done)});
  state_->flush_later();
}

void store_writer::load(
    const std::string& owner,
    std::vector<row_range> what,
    unique_function<void(loaded_rows)> done) {
  if (!keeps_rows_) {
    done(loaded_rows{std::in_place});
    return;
  }
  state_->wants(owner).reads.push_back({std::move(what), std::move(done)});
  state_->flush_later();
}

void store_writer::keep(const std::string& owner, std::shared_ptr<record> what) {
  state_->kept.insert_or_assign(owner, std::move(what));
}

std::shared_ptr<record> store_writer::take(const std::string& owner) {
  auto found = state_->kept.find(owner);
  if (found == state_->kept.end())
    return nullptr;
  auto taken = std::move(found->second);
  state_->kept.erase(found);
  return taken;
}

std::size_t store_writer::kept() const noexcept {
  return state_->kept.size();
}

} // namespace troupe::embedded

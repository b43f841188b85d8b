// SPDX-License-Identifier: Apache-2.0
// What takes the record more than one turn of the shard: large decisions and reads, many effects.

#include "actors/embedded/directory/directory.hpp"
#include "actors/embedded/execution/execution_actor.hpp"
#include "actors/embedded/store/record_rows.hpp"
#include "runtime/base/log/log.hpp"
#include "runtime/base/slices/sliced_message.hpp"
#include "runtime/embedded/record/status.hpp"

#include <troupe/error.hpp>

#include <exception>
#include <utility>

namespace troupe::embedded {

namespace {

using actors::tell;

/// A decision under way, with what it points to.
struct half_decision {
  input what;
  surroundings around;
  transaction decided{};
  commit_batch rows{};
  std::exception_ptr fault{}; ///< why there are no rows
};

} // namespace

bool execution_actor::is_large(std::size_t bytes) const {
  return directory_.slices.is_large(bytes, pending_weight(*record_));
}

bool execution_actor::is_long() const {
  return directory_.slices.is_large(0, whole_weight(*record_));
}

void execution_actor::hold(call_ptr from, unique_function<void()> handle) {
  held_.push_back({std::move(from), std::move(handle)});
}

void execution_actor::take_held() {
  for (std::size_t taken = 0; is_ready() && !held_.empty(); ++taken) {
    if (taken == most_held_at_once) {
      go_on_later();
      return;
    }
    auto next = std::move(held_.front());
    held_.pop_front();
    next.handle();
  }
}

void execution_actor::run_in_slices(
    unique_function<void()> what, unique_function<void(const rpc_status*)> end) {
  sliced_ = {std::make_unique<sliced_work>(std::move(what)), std::move(end)};
  run_slice();
}

void execution_actor::decide_in_slices(const input& what, continuation then) {
  auto half = std::make_shared<half_decision>(half_decision{what, directory_.around()});
  run_in_slices(
      [half, rec = record_, key = key_, writes = directory_.store.keeps_rows()] {
        half->decided = decide(*rec, half->what, half->around);
        if (!writes || !half->decided.changed)
          return;
        try {
          half->rows = rows_of_commit(*key, *rec, half->decided);
        } catch (const std::exception&) {
          half->fault = std::current_exception();
        }
      },
      [this, half, then = std::move(then)](const rpc_status* lost) mutable {
        if (reply told; lost != nullptr) {
          told.status = *lost;
          then(told);
          return;
        }
        commit_sliced(
            std::move(half->decided), std::move(then), half->fault ? nullptr : &half->rows);
      });
}

void execution_actor::resume_in_slices(resumes what) {
  auto decided = std::make_shared<transaction>();
  run_in_slices(
      [decided, rec = record_, around = directory_.around(), what] {
        *decided = embedded::resume(*rec, around, what);
      },
      [this, decided](const rpc_status* lost) {
        if (lost == nullptr)
          commit_sliced(std::move(*decided), [](const reply&) {}, nullptr);
      });
}

void execution_actor::read_in_slices(
    const call_ptr& from,
    unique_function<reply(const record&)> read,
    unique_function<void(reply)> then) {
  auto found = std::make_shared<reply>();
  run_in_slices(
      [found, rec = record_, read = std::move(read)]() mutable {
        *found = read(*rec);
        if (found->status.ok() && found->message && found->bytes.empty())
          if (auto bytes = write_in_slices(*found->message)) {
            found->bytes = std::move(*bytes);
            found->message.reset();
          }
      },
      [from, found, then = std::move(then)](const rpc_status* lost) mutable {
        if (lost != nullptr)
          from->answer(*lost);
        else
          then(std::move(*found));
      });
}

void execution_actor::go_on_later() {
  if (std::exchange(is_slice_due_, true))
    return;
  directory_.slices.push([weak = caf::actor_cast<caf::actor_addr>(this)] {
    if (auto self = caf::actor_cast<execution_handle>(weak))
      tell(self, next_slice{});
  });
}

void execution_actor::go_on() {
  if (sliced_.work)
    run_slice();
  else if (!outgoing_.empty())
    send_some();
  take_held();
  if (!is_busy())
    settle_queries();
  forget_when_empty();
}

void execution_actor::run_slice() {
  rpc_status fault;
  try {
    if (!sliced_.work->step(directory_.slices.units())) {
      go_on_later();
      return;
    }
  } catch (const std::exception& error) {
    log::error("work on a record threw", {{"error", error.what()}});
    fault = fault_of(error.what());
  }
  auto done = std::exchange(sliced_, {});
  done.work.reset();
  guard([&] { done.end(fault.ok() ? nullptr : &fault); }, [](const rpc_status&) {});
}

void execution_actor::send_some() {
  for (std::size_t sent = 0; !outgoing_.empty();) {
    auto& next = outgoing_.front();
    for (; next.sent < next.left.size(); ++sent) {
      if (sent == most_effects_at_once) {
        go_on_later();
        return;
      }
      auto& each = next.left[next.sent++];
      guard(
          [&] { std::visit([this](auto& what) { perform(what); }, each); },
          [](const rpc_status&) {});
    }
    auto done = std::move(next);
    outgoing_.pop_front();
    guard([&] { done.then(done.what); }, [](const rpc_status&) {});
  }
}

void execution_actor::let_go_of_slices(const rpc_status& why) {
  if (auto half = std::exchange(sliced_, {}); half.work) {
    half.work.reset(); // undoes what it did
    half.end(&why);
  }
  // They are durable: what is left of them is sent as ever.
  for (auto& each : std::exchange(outgoing_, {})) {
    for (; each.sent < each.left.size() && !directory_.is_stopping; ++each.sent)
      guard(
          [&] { std::visit([this](auto& what) { perform(what); }, each.left[each.sent]); },
          [](const rpc_status&) {});
    guard([&] { each.then(each.what); }, [](const rpc_status&) {});
  }
}

} // namespace troupe::embedded

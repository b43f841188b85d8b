// SPDX-License-Identifier: Apache-2.0
// The part of the engine that knows which handlers of messages are under way.

#include "runtime/workflow/engine_extras.hpp"

#include <troupe/payload/convert.hpp>
#include <troupe/payload/json.hpp>

#include <boost/describe.hpp>

#include <map>

namespace troupe::workflow {

/// As other SDKs name them in their warnings.
struct unfinished_update {
  std::string name;
  std::string id;
};
BOOST_DESCRIBE_STRUCT(unfinished_update, (), (name, id))
struct unfinished_signal {
  std::string name;
  std::size_t count = 0;
};
BOOST_DESCRIBE_STRUCT(unfinished_signal, (), (name, count))

std::string engine::running_handler::text() const {
  return update_id.empty() ? "handler of signal " + name
                           : "handler of update " + name + " (" + update_id + ")";
}

void engine::run_handler(async<void> body, running_handler&& what, bool at_once) {
  auto one = std::make_unique<coroutine>();
  one->body.emplace(std::move(body));
  one->start.frame = one->body->frame();
  one->start.where = one->body->frame().promise().where;
  one->handler = std::make_unique<running_handler>(std::move(what));
  coroutines_.push_back(*one);
  auto& start = one.release()->start;
  if (!at_once) {
    make_ready(start);
    return;
  }
  start.missing = 0;
  troupe::detail::now_running(start.where);
  start.frame.resume();
}

void engine::spawn_handler(async<void> body) {
  if (closed_)
    return;
  require_writable();
  if (messages_ && messages_->captured != nullptr) {
    messages_->captured->body.emplace(std::move(body));
    return;
  }
  running_handler what;
  if (messages_ && messages_->now_told != nullptr)
    what = {.name = messages_->now_told->name, .unfinished = messages_->now_told->unfinished};
  // Before the next message is told, as if each were one function.
  run_handler(
      drive_signal_handler(this, what.name, std::move(body)),
      std::move(what),
      messages_ && messages_->tells_at_once);
}

async<void> engine::drive_signal_handler(engine* self, std::string name, async<void> body) {
  auto outcome = co_await body.as_result();
  if (!outcome.has_value())
    self->fail_signal(name, outcome.error());
}

void engine::fail_signal(const std::string& name, std::exception_ptr why) {
  if (closed_)
    return;
  note_failed({.what = failed_message::kind::signal, .name = name, .error = why, .ends = true});
  end_with(std::move(why));
}

void engine::note_failed(failed_message&& failed) {
  with_extras().failed.push_back(std::move(failed));
}

std::vector<failed_message> engine::take_failed_messages() {
  return extras_ ? std::exchange(extras_->failed, {}) : std::vector<failed_message>{};
}

bool engine::all_handlers_finished() const noexcept {
  for (const auto* node = coroutines_.next; node != &coroutines_; node = node->next) {
    const auto& one = static_cast<const coroutine&>(*node);
    if (one.handler != nullptr && !one.body->done())
      return false;
  }
  return true;
}

void engine::deliver_early() {
  is_made_early_ = false;
  if (closed_)
    return;
  auto signals =
      messages_ ? std::exchange(messages_->unhandled_signals, {}) : std::vector<received_signal>{};
  auto updates =
      extras_ ? std::exchange(extras_->waiting_updates, {}) : std::vector<received_update>{};
  if (signals.empty() && updates.empty())
    return;
  const told_at_once guard{with_messages()};
  auto signal = signals.begin();
  for (auto update = updates.begin(); update != updates.end() || signal != signals.end();)
    if (update == updates.end()
        || (signal != signals.end() && signal->event_id <= update->sequencing_event_id))
      deliver_signal(std::move(*signal++));
    else
      deliver_update(std::move(*update++));
  troupe::detail::now_running(main_start_.where);
}

void engine::warn_of_unfinished_handlers() {
  std::vector<unfinished_update> updates;
  std::map<std::string, std::size_t> signals;
  for (const auto* node = coroutines_.next; node != &coroutines_; node = node->next) {
    const auto& one = static_cast<const coroutine&>(*node);
    if (one.handler == nullptr || one.body->done()
        || one.handler->unfinished == unfinished_policy::abandon)
      continue;
    if (one.handler->update_id.empty())
      ++signals[one.handler->name];
    else
      updates.push_back({one.handler->name, one.handler->update_id});
  }
  if (!updates.empty())
    log(log::level::warn,
        "[TMPRL1102] the workflow ends while handlers of updates still run: their work is "
        "interrupted and their callers get an error. Let it wait for them first (co_await "
        "ctx.wait_condition([ctx] { return ctx.all_handlers_finished(); })), or register them with "
        "unfinished_policy::abandon if that is meant",
        {{"updates", encode_value(updates).data}});
  std::vector<unfinished_signal> counted;
  for (const auto& [name, count] : signals)
    counted.push_back({name, count});
  if (!counted.empty())
    log(log::level::warn,
        "[TMPRL1102] the workflow ends while handlers of signals still run: their work is "
        "interrupted. Let it wait for them first (co_await ctx.wait_condition([ctx] { return "
        "ctx.all_handlers_finished(); })), or register them with unfinished_policy::abandon if "
        "that is meant",
        {{"signals", encode_value(counted).data}});
}

} // namespace troupe::workflow

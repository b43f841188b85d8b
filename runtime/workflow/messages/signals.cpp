// SPDX-License-Identifier: Apache-2.0
// The part of the engine that takes signals to their handlers.

#include "runtime/workflow/engine_extras.hpp"

#include <troupe/error.hpp>
#include <troupe/payload/payload_error.hpp>

#include <algorithm>

namespace troupe::workflow {

void engine::on_signal(std::string name, detail::signal_handler handler) {
  if (closed_)
    return;
  require_writable();
  auto& all = with_messages();
  const auto known =
      std::ranges::find(all.signal_handlers, name, [](const auto& one) { return one.first; });
  if (known != all.signal_handlers.end())
    all.replaced_handlers.push_back(std::exchange(known->second, std::move(handler)));
  else
    all.signal_handlers.emplace_back(name, std::move(handler));
  if (is_made_early_) // all of it is told once the object is there
    return;
  // What came before the handler is delivered in the order in which it came.
  std::vector<received_signal> waiting;
  std::vector<received_signal> others;
  for (auto& signal : all.unhandled_signals)
    (name.empty() || signal.name == name ? waiting : others).push_back(std::move(signal));
  all.unhandled_signals = std::move(others);
  for (auto& signal : waiting)
    deliver_signal(std::move(signal));
}

detail::ref<detail::ref_counted>
engine::signal_channel_of(std::string_view name, const std::type_info& types) const {
  if (closed_ || !messages_)
    return {};
  const auto& all = messages_->signal_handlers;
  const auto known = std::ranges::find(all, name, [](const auto& one) { return one.first; });
  if (known == all.end() || !known->second.channel)
    return {};
  if (*known->second.channel_types != types)
    throw std::logic_error(
        "the channel of the signals '" + std::string{name}
        + "' is asked for with other types than before: a name has one channel, of the same types "
          "everywhere");
  return known->second.channel;
}

detail::signal_handler* engine::signal_handler_of(const std::string& name) {
  detail::signal_handler* handler = nullptr;
  for (auto& [known, candidate] : with_messages().signal_handlers)
    if (known == name || (known.empty() && handler == nullptr))
      handler = &candidate;
  return handler;
}

void engine::deliver_signal(received_signal&& signal) {
  auto& all = with_messages();
  const auto& name = signal.name;
  auto* handler = signal_handler_of(name);
  if (handler == nullptr) {
    all.unhandled_signals.push_back(std::move(signal));
    return;
  }
  if (interceptors() != nullptr) [[unlikely]] {
    running_handler what{.name = name, .unfinished = handler->options.unfinished};
    run_handler(run_signal(this, std::move(signal)), std::move(what), true);
    return;
  }
  const told_signal told{name, handler->options.unfinished};
  const auto* before = std::exchange(all.now_told, &told);
  std::exception_ptr failed;
  try {
    handler->deliver(name, std::move(signal.input));
  } catch (...) {
    failed = std::current_exception();
  }
  all.now_told = before;
  signal_told(name, signal.sender, failed);
}

void engine::signal_told(
    const std::string& name,
    const std::optional<trace_context>& sender,
    const std::exception_ptr& failed) {
  if (closed_)
    return;
  if (failed != nullptr) {
    try {
      std::rethrow_exception(failed);
    } catch (const payload_error&) {
      if (!replaying_)
        note_failed({.what = failed_message::kind::dropped_signal, .name = name, .error = failed});
    } catch (...) {
      fail_signal(name, failed);
    }
  }
  if (extras_ && extras_->trace && !replaying_)
    extras_->trace->handle_message("HandleSignal:" + name, sender, now_, failed);
}

} // namespace troupe::workflow

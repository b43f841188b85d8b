// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/history/history_pages.hpp"

#include "runtime/base/text/uuid.hpp"
#include "runtime/embedded/record/errors.hpp"

#include <algorithm>
#include <charconv>

namespace troupe::embedded {
namespace {

constexpr std::string_view prefix = "h1:";
constexpr std::int32_t max_page_events = 256;
constexpr std::size_t max_page_bytes = 2 << 20;

} // namespace

std::string encode(const history_position& position) {
  return std::string{prefix} + position.run_id + ':' + std::to_string(position.next_event_id);
}

std::optional<history_position> decode_history_position(std::string_view token) {
  if (!token.starts_with(prefix))
    return std::nullopt;
  token.remove_prefix(prefix.size());
  const auto colon = token.find(':');
  if (colon == std::string_view::npos || !is_uuid(token.substr(0, colon)))
    return std::nullopt;
  history_position position{std::string{token.substr(0, colon)}, 0};
  const auto number = token.substr(colon + 1);
  const auto [end, error] =
      std::from_chars(number.data(), number.data() + number.size(), position.next_event_id);
  if (error != std::errc{} || end != number.data() + number.size() || position.next_event_id < 0)
    return std::nullopt;
  return position;
}

history_page cut_page_back(const run& on, std::int64_t last, std::int32_t wanted) {
  history_page page;
  if (wanted <= 0 || wanted > max_page_events)
    wanted = max_page_events;
  std::int64_t at = std::min(last, static_cast<std::int64_t>(on.history.size()));
  for (; at >= 1; --at) {
    const auto& event = on.history[static_cast<std::size_t>(at - 1)];
    const auto event_bytes = static_cast<std::size_t>(event->GetCachedSize());
    if (!page.events.empty()
        && (page.events.size() == static_cast<std::size_t>(wanted)
            || page.bytes + event_bytes > max_page_bytes))
      break;
    page.events.push_back(event);
    page.bytes += event_bytes;
  }
  page.next_event_id = std::max<std::int64_t>(at, 0);
  return page;
}

history_page cut_page(const run& on, std::int64_t first, std::int32_t wanted) {
  history_page page;
  if (wanted <= 0 || wanted > max_page_events)
    wanted = max_page_events;
  const auto size = static_cast<std::int64_t>(on.history.size());
  std::size_t bytes = 0;
  std::int64_t at = std::max<std::int64_t>(first, 1);
  for (; at <= size; ++at) {
    const auto& event = on.history[static_cast<std::size_t>(at - 1)];
    const auto event_bytes = static_cast<std::size_t>(event->GetCachedSize());
    bytes += event_bytes;
    if (!page.events.empty()
        && (page.events.size() == static_cast<std::size_t>(wanted) || bytes > max_page_bytes))
      break;
    page.events.push_back(event);
    page.bytes += event_bytes;
  }
  page.next_event_id = at <= size ? at : 0;
  return page;
}

} // namespace troupe::embedded

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/embedded/record/record.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::embedded {

/// Where a reader of a history is: what the opaque next page token says.
struct history_position {
  std::string run_id;
  std::int64_t next_event_id = 1;

  bool operator==(const history_position&) const = default;
};

std::string encode(const history_position& position);

/// Nothing if the bytes are no token of this service. Any input is safe.
std::optional<history_position> decode_history_position(std::string_view token);

struct history_page {
  std::vector<event_ptr> events;
  std::size_t bytes = 0;          ///< of all of them
  std::int64_t next_event_id = 0; ///< of the next page; 0 if this was the last
};

/// The events before and with `last`, newest first, in the same measure; `next_event_id` is the
/// newest of the next page.
history_page cut_page_back(const run& on, std::int64_t last, std::int32_t wanted);

/// The events from `first` on: at most `wanted` (0: 256, the most a page has), and about 2 MiB.
history_page cut_page(const run& on, std::int64_t first, std::int32_t wanted);

} // namespace troupe::embedded

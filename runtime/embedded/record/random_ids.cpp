// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/record/random_ids.hpp"

#include "runtime/base/text/uuid.hpp"

namespace troupe::embedded {
random_ids::random_ids()
    : engine_([] {
        std::random_device entropy;
        return (static_cast<std::uint64_t>(entropy()) << 32) | entropy();
      }()) {}

std::string random_ids::uuid() {
  const auto high = engine_();
  return uuid_v4(high, engine_());
}

std::string random_ids::time_ordered_uuid(time_point now) {
  const auto milliseconds =
      std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count();
  const auto high = engine_();
  return uuid_v7(static_cast<std::uint64_t>(milliseconds), high, engine_());
}

double random_ids::uniform() {
  return static_cast<double>(engine_() >> 11) * 0x1.0p-53;
}

} // namespace troupe::embedded

// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/run/cron.hpp"
#include "test/fuzz/fuzz_input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace troupe;
  using namespace std::chrono_literals;
  const auto schedule = fuzz::as_text(data, size);
  for (const time_point now :
       {time_point{}, time_point{1'800'000'000s}, time_point{1'900'000'000s + 1ns}}) {
    const auto pause = embedded::cron_pause(schedule, now - 1h, now);
    if (pause)
      fuzz::require(*pause >= duration{}, "a pause is never negative");
  }
  return 0;
}

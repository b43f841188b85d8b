// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/embedded/record/surroundings.hpp"

#include <cstdint>
#include <random>
#include <string>

namespace troupe::embedded {

/// Random ids: from the system's entropy, or from a seed so that a test can repeat them.
class random_ids final : public id_source {
public:
  random_ids();
  explicit random_ids(std::uint64_t seed) : engine_(seed) {}

  std::string uuid() override;
  std::string time_ordered_uuid(time_point now) override;
  double uniform() override;

private:
  std::mt19937_64 engine_;
};

} // namespace troupe::embedded

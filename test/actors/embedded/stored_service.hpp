// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "test/actors/embedded/service_fixture.hpp"
#include "test/support/scripted_store.hpp"

#include <cstdint>
#include <memory>
#include <utility>

namespace troupe::embedded {

using disk_ptr = std::shared_ptr<test::scripted_store::disk>;

/// Comes before the service that uses it, and goes after it.
struct store_holder {
  disk_ptr disk;
  std::shared_ptr<test::scripted_store> where;
};

/// One life of a service: its records lie on a disk that may outlive it; without one, in memory.
struct stored_service : store_holder, service_fixture {
  explicit stored_service(disk_ptr on, std::uint64_t seed = 7, service_settings settings = {})
      : store_holder{std::move(on), nullptr},
        service_fixture(
            std::move(settings),
            std::make_unique<random_ids>(seed),
            [this](executor& home) -> std::shared_ptr<store> {
              if (!disk)
                return std::make_shared<memory_store>();
              return where = std::make_shared<test::scripted_store>(home, disk);
            }) {
    shard.run_until_idle();
  }
};

} // namespace troupe::embedded

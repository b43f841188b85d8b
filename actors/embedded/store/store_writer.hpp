// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/embedded/directory/messages.hpp"
#include "runtime/embedded/decision/execution.hpp"

namespace troupe::embedded {

/// Makes transactions durable: the seam where a store hangs in.
///
/// `durable` runs on the shard once the transaction can no longer be lost; for one record in the
/// order of `commit`. What a transaction sends out and its answer leave only then.
class store_writer {
public:
  virtual ~store_writer() = default;
  virtual void commit(
      const execution_ref& whose,
      const record& after,
      std::shared_ptr<transaction> what,
      unique_function<void()> durable) = 0;
};

/// Keeps nothing: what is in memory is all there is.
class memory_store final : public store_writer {
public:
  void commit(
      const execution_ref&,
      const record&,
      std::shared_ptr<transaction>,
      unique_function<void()> durable) override {
    durable();
  }
};

} // namespace troupe::embedded

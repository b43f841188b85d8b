// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/embedded/store/store.hpp"

#include <troupe/rpc_status.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace troupe::actors {
class shard;
}

namespace troupe::embedded {

struct record;

/// What those hear whose commit or load failed.
rpc_status store_failed();

/// What the actors of a service see of its store: each owner of rows has an order of commits, and
/// what many owners commit within one turn of the shard goes into one batch (group commit).
///
/// An owner is whoever decides about its rows alone: one record, or the registries. Its commits
/// become durable in the order of the calls; one that fails takes those with it that were made
/// after it and before its owner could know. A load sees all commits made before it. On the shard's
/// thread; after its destruction nothing it was given runs any more.
class store_writer {
public:
  store_writer(actors::shard& home, std::shared_ptr<store> where);
  ~store_writer();
  store_writer(const store_writer&) = delete;
  store_writer& operator=(const store_writer&) = delete;

  /// False if nothing needs to be written: what is decided is durable at once.
  [[nodiscard]] bool keeps_rows() const noexcept { return keeps_rows_; }

  /// Runs `done(true)` once the rows can no longer be lost, `done(false)` if they will never be
  /// there.
  void commit(const std::string& owner, commit_batch rows, unique_function<void(bool)> done);
  void load(
      const std::string& owner,
      std::vector<row_range> what,
      unique_function<void(loaded_rows)> done);

  // -- a store that keeps no rows keeps objects: here --------------------------------------------

  void keep(const std::string& owner, std::shared_ptr<record> what);
  /// The record that was kept, which the caller owns from now on; null if there is none.
  std::shared_ptr<record> take(const std::string& owner);
  [[nodiscard]] std::size_t kept() const noexcept;

private:
  struct state;

  std::shared_ptr<state> state_;
  bool keeps_rows_ = false;
};

} // namespace troupe::embedded

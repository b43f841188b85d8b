// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/embedded/record/record.hpp"
#include "runtime/embedded/record/wire.hpp"

#include <map>
#include <memory>
#include <string>

namespace troupe::test {

/// What differs between two records, in all that is durable; empty if nothing does.
std::string difference(const embedded::record& left, const embedded::record& right);

/// The rows of one record, as a store has them.
class kept_record {
public:
  /// Writes what the decision changed. Throws if the batch names a row twice, or removes one that
  /// is not there.
  void commit(const embedded::record& after, const embedded::transaction& what);

  /// The record that the rows make; null if there are none. Throws if they make none.
  [[nodiscard]] std::shared_ptr<embedded::record> read() const;

  [[nodiscard]] std::size_t size() const { return rows_.size(); }
  [[nodiscard]] const std::map<embedded::row_key, std::string>& rows() const { return rows_; }

private:
  std::map<embedded::row_key, std::string> rows_;
};

} // namespace troupe::test

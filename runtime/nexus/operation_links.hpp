// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/base/collected.hpp"
#include "runtime/nexus/task.hpp"
#include "runtime/rpc/call_links.hpp"

#include <troupe/nexus/context.hpp>

#include <cstddef>
#include <utility>
#include <vector>

namespace troupe::nexus {

/// The links of one request: those it came with, which calls of its handler carry on, and those
/// that its answer takes along.
class operation_links final : public rpc::call_links {
public:
  /// The calls of a handler add no more than that many; it may add any number by itself.
  static constexpr std::size_t most_of_calls = 100;

  /// The task outlives this.
  explicit operation_links(const nexus_task& of) : task_(of) {}

  void
  write_to(google::protobuf::RepeatedPtrField<temporal::api::common::v1::Link>& to) const override;
  void keep(const temporal::api::common::v1::Link& to) override;

  /// Any thread.
  void add(link to) { outbound_.add(std::move(to)); }
  /// For the answer, all that have come until now.
  [[nodiscard]] std::vector<link> take() { return outbound_.take(); }

private:
  const nexus_task& task_;
  collected<link> outbound_;
};

} // namespace troupe::nexus

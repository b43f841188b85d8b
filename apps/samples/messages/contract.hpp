// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/workflow/contract.hpp>

#include <boost/describe.hpp>

#include <string>
#include <vector>

// What the workflow and its callers share: names and types, and nothing of the code behind them.
namespace messages_sample {

struct job {
  std::string name;
  int nodes = 1;
};
BOOST_DESCRIBE_STRUCT(job, (), (name, nodes))

struct cluster_state {
  bool is_up = false;
  std::vector<std::string> nodes; ///< the job that has each, empty: none
};
BOOST_DESCRIBE_STRUCT(cluster_state, (), (is_up, nodes))

struct cluster {
  /// It may be used.
  static constexpr troupe::workflow::signal<> start{"start"};
  /// No more jobs come; it ends when those that are asked for have their nodes.
  static constexpr troupe::workflow::signal<> shut_down{"shut_down"};
  /// Gives the numbers of the nodes that the job has got.
  static constexpr troupe::workflow::update<std::vector<int>(job)> assign{"assign"};
  /// Takes them back; gives how many it had.
  static constexpr troupe::workflow::update<int(std::string)> release{"release"};
  static constexpr troupe::workflow::query<cluster_state()> state{"state"};
};

} // namespace messages_sample

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/activity/contract.hpp>

#include <boost/describe.hpp>

#include <string>
#include <vector>

// What workflows and activities share: names and types, and nothing of the code behind them.
namespace activities_sample {

struct order {
  std::string customer;
  std::vector<std::string> items;
};
BOOST_DESCRIBE_STRUCT(order, (), (customer, items))

struct receipt {
  std::string text;
  int cents = 0;
};
BOOST_DESCRIBE_STRUCT(receipt, (), (text, cents))

/// What one item costs; a plain function, which may block.
inline constexpr troupe::activity::contract<int(std::string)> price{"price"};
/// Charges a customer; a member of an object with state.
inline constexpr troupe::activity::contract<std::string(std::string, int)> charge{"charge"};
/// Packs the items one by one; a coroutine that tells how far it has come.
inline constexpr troupe::activity::contract<int(std::vector<std::string>)> pack{"pack"};
/// Makes the receipt; so short that the workflow's own worker runs it within its task.
inline constexpr troupe::activity::contract<receipt(order, int)> write_receipt{"write_receipt"};

} // namespace activities_sample

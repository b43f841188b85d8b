// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/workflow/definition.hpp>

#include <boost/describe.hpp>

#include <chrono>
#include <string>

struct order {
  std::string id;
  int amount = 0;
  std::chrono::seconds pay_within{3600};
};
BOOST_DESCRIBE_STRUCT(order, (), (id, amount, pay_within))

struct order_workflow {
  static constexpr std::string_view name = "Order";

  troupe::async<std::string> run(troupe::workflow::context ctx, order what) {
    ctx.on_signal("pay", [this](int amount) { paid += amount; });
    ctx.on_query("paid", [this] { return paid; });

    ctx.log().info("an order came in", {{"order", what.id}});
    const bool in_time =
        co_await ctx.wait_condition([this, what] { return paid >= what.amount; }, what.pay_within);
    if (!in_time)
      throw troupe::application_error("nobody paid for " + what.id, {.type = "Unpaid"});

    co_await ctx.sleep(std::chrono::milliseconds{100}); // packing
    co_return "shipped " + what.id;
  }

  int paid = 0;
};

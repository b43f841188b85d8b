// SPDX-License-Identifier: Apache-2.0
// A header that was generated when this was built: that it compiles, how its types travel, and an
// operation of it on our service.

#include "everything.hpp"

#include <troupe/nexus/handler.hpp>
#include <troupe/payload/convert.hpp>
#include <troupe/testing/environment.hpp>
#include <troupe/workflow/definition.hpp>

#include <boost/test/unit_test.hpp>

#include <string>

using namespace std::chrono_literals;

namespace {

namespace nexus = troupe::nexus;

template <class T>
T read(const std::string& json) {
  return troupe::decode_value<T>(troupe::encode_value(troupe::json_value{json}));
}

template <class T>
std::string written(const T& value) {
  return troupe::decode_value<troupe::json_value>(troupe::encode_value(value)).text;
}

constexpr auto small_order =
    R"({"orderId":"o-1","lines":[],"state":"done & gone","class":"second",)"
    R"("shape":{"width":1.0,"height":2.5}})";

auto order_handler() {
  using namespace everything;
  return nexus::handler_for<order_service>(
      nexus::sync<order_service::place_order>([](nexus::start_context, order in) {
        double total = 0;
        for (const auto& each : in.lines)
          total += static_cast<double>(each.amount) * each.price;
        return receipt{total, std::move(in)};
      }),
      nexus::sync<order_service::delete_>(
          [](nexus::start_context, std::string) { return std::optional<std::int64_t>{}; }),
      nexus::sync<order_service::count_all>([](nexus::start_context) {}),
      nexus::sync<order_service::depth>([](nexus::start_context, tree in) {
        std::int64_t depth = 1;
        for (const auto* at = in.best.get(); at != nullptr; at = at->best.get())
          ++depth;
        return depth;
      }),
      nexus::sync<order_service::swap>(
          [](nexus::start_context, std::tuple<std::string, std::int64_t> in) {
            return std::tuple{std::get<1>(in), std::get<0>(in)};
          }),
      nexus::sync<order_service::consider_all_that_has_to_be_considered_before_an_order_is_placed>(
          [](nexus::start_context,
             consider_all_that_has_to_be_considered_before_an_order_is_placed_input) {
            return consider_all_that_has_to_be_considered_before_an_order_is_placed_output{};
          }));
}

struct orders_one {
  static constexpr std::string_view name = "OrdersOne";
  troupe::async<std::string> run(troupe::workflow::context ctx, everything::order in) {
    using everything::order_service;
    auto orders = ctx.nexus_client<order_service>({.endpoint = "orders"});
    const auto receipt = co_await orders.execute<order_service::place_order>(std::move(in));
    everything::tree of;
    of.best = std::make_shared<everything::tree>();
    const auto depth = co_await orders.execute<order_service::depth>(of);
    const auto swapped =
        co_await orders.execute<order_service::swap>(std::tuple{std::string{"x"}, 7});
    co_await orders.execute<order_service::count_all>();
    co_return receipt.order->order_id + ' ' + std::to_string(receipt.total) + ' '
        + std::to_string(depth) + ' ' + std::to_string(std::get<0>(swapped)) + std::get<1>(swapped);
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(generated)

BOOST_AUTO_TEST_CASE(values_travel_by_the_names_of_the_definition) {
  auto order = read<everything::order>(small_order);
  BOOST_TEST(order.order_id == "o-1");
  BOOST_CHECK(order.state == everything::state::done_gone);
  BOOST_CHECK(order.class_ == everything::class_::second);
  BOOST_TEST(std::get<everything::box>(order.shape).height == 2.5);
  BOOST_TEST(order.urgent);
  BOOST_TEST(order.n2nd_choice == "none");
  order.currency = everything::currency::dollar;
  order.patience = 90s;
  order.seal = std::vector{std::byte{1}, std::byte{2}};
  order.lines.push_back({.article = "a", .amount = 2});
  BOOST_TEST(
      written(order)
      == R"({"orderId":"o-1","lines":[{"article":"a","amount":2,"price":0.5}],"state":"done & gone",)"
         R"("class":"second","shape":{"width":1.0,"height":2.5},"note":null,"placed":null,)"
         R"("patience":"PT90S","seal":"AQI=","labels":{},"anything":null,"urgent":true,)"
         R"("2nd-choice":"none","currency":840})");
}

BOOST_AUTO_TEST_CASE(what_is_required_must_be_there) {
  BOOST_CHECK_THROW(read<everything::circle>("{}"), troupe::payload_error);
  BOOST_CHECK_THROW(read<everything::line>(R"({"article":"a"})"), troupe::payload_error);
  BOOST_CHECK_THROW(read<everything::state>(R"("GONE")"), troupe::payload_error);
  BOOST_CHECK_THROW(read<everything::currency>("5"), troupe::payload_error);
  BOOST_TEST(read<everything::line>(R"({"article":"a","amount":1,"more":2})").price == 0.5);
}

BOOST_AUTO_TEST_CASE(trees_travel_whole) {
  const std::string leaf = R"({"name":"c","branches":[],"best":null,"byName":{}})";
  const std::string json = R"({"name":"a","branches":[{"to":)" + leaf + R"(}],"best":)" + leaf
                           + R"(,"byName":{"d":)" + leaf + "}}";
  BOOST_TEST(written(read<everything::tree>(json)) == json);
}

BOOST_AUTO_TEST_CASE(its_operations_are_called_and_handled) {
  troupe::testing::environment env{{.service = {.endpoints = {{"orders", "default", "orders"}}}}};
  auto client = env.connect();
  auto worker = env.make_worker(client, {.task_queue = "orders"});
  worker.add(order_handler()).add<orders_one>().start();
  auto order = read<everything::order>(small_order);
  order.lines.push_back({.article = "a", .amount = 3});
  BOOST_TEST(
      client.execute_workflow<orders_one>({.task_queue = "orders"}, order) == "o-1 1.500000 2 7x");
}

BOOST_AUTO_TEST_SUITE_END()

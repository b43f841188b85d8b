// SPDX-License-Identifier: Apache-2.0
#include "test/fuzz/fuzz_input.hpp"

#include <troupe/payload/json.hpp>
#include <troupe/payload/payload_error.hpp>

#include <boost/describe.hpp>

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <variant>
#include <vector>

namespace troupe::fuzz {
namespace {

struct leaf {
  std::string name;
  std::int32_t count = 0;
  std::optional<double> weight;
};
BOOST_DESCRIBE_STRUCT(leaf, (), (name, count, weight))

/// Ambiguous on purpose: an array may be either of two alternatives, at every depth.
struct tree {
  std::string label;
  std::vector<std::variant<std::unique_ptr<tree>, std::vector<std::unique_ptr<tree>>>> inner;
};
BOOST_DESCRIBE_STRUCT(tree, (), (label, inner))

struct everything {
  bool yes = false;
  std::uint64_t large = 0;
  std::vector<leaf> leaves;
  std::map<std::string, std::vector<double>> series;
  std::variant<std::int64_t, std::string, leaf> either;
  std::chrono::sys_time<std::chrono::nanoseconds> at{};
  std::chrono::nanoseconds took{};
  std::vector<std::byte> bytes;
  std::tuple<int, std::string> both;
  std::set<std::string> names;
  json_value rest;
};
BOOST_DESCRIBE_STRUCT(
    everything, (), (yes, large, leaves, series, either, at, took, bytes, both, names, rest))

enum class kind { small_one, large_one };
BOOST_DESCRIBE_ENUM(kind, small_one, large_one)

/// Has names of its own, needs some members, takes no others.
struct exact {
  static constexpr auto json_naming = naming::camel_case;
  static constexpr auto json_names = renamed({{"one_kind", "k"}});
  static constexpr auto json_required = members("one_kind");
  static constexpr bool json_refuse_unknown = true;
  kind one_kind = kind::small_one;
  std::vector<exact> more_inside;
  std::optional<leaf> last_leaf;
};
BOOST_DESCRIBE_STRUCT(exact, (), (one_kind, more_inside, last_leaf))

/// What can be read is written, and reads as the same text again.
template <class T>
void round_trip(std::string_view text, json_options options = {}) {
  std::string once;
  try {
    once = to_json(from_json<T>(text, options), options);
  } catch (const payload_error&) {
    return;
  }
  require(
      to_json(from_json<T>(once, options), options) == once,
      "what was written reads back the same");
}

} // namespace
} // namespace troupe::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace troupe::fuzz;
  const auto text = as_text(data, size);
  round_trip<everything>(text);
  round_trip<tree>(text);
  round_trip<std::vector<leaf>>(text);
  round_trip<exact>(text);
  const troupe::json_options strict{.naming = troupe::naming::pascal_case, .refuse_unknown = true};
  round_trip<everything>(text, strict);
  round_trip<tree>(text, strict);
  round_trip<exact>(text, strict);
  round_trip<std::string>(text);
  round_trip<double>(text);
  round_trip<troupe::json_value>(text);
  return 0;
}

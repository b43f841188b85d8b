// SPDX-License-Identifier: Apache-2.0
#include "apps/troupe/contract/declaration_order.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace troupe::cli::contract {
namespace {

// Calls `visit(declaration, is_inside)`: inside, it has to be complete before.
template <class Visit>
void for_each_declared(const type& is, bool is_inside, const Visit& visit) {
  if (is.is == type::form::declared)
    visit(*is.declared, is_inside);
  const bool is_apart =
      is.is == type::form::list || is.is == type::form::map || is.is == type::form::shared;
  for (const auto& each : is.of)
    for_each_declared(each, is_inside && !is_apart, visit);
}

bool holds(const declaration& from, const declaration& wanted, std::set<const declaration*>& seen) {
  bool does = false;
  for (const auto& each : from.members)
    for_each_declared(each.is, true, [&](const declaration& inner, bool is_inside) {
      if (does || !is_inside)
        return;
      does = &inner == &wanted || (seen.insert(&inner).second && holds(inner, wanted, seen));
    });
  return does;
}

bool holds(const declaration& from, const declaration& wanted) {
  std::set<const declaration*> seen;
  return holds(from, wanted, seen);
}

class sorter {
public:
  explicit sorter(definition& of) : of_(of) {}

  void sort() {
    for (const auto& each : of_.declarations)
      add(*each);
    std::ranges::sort(of_.declarations, {}, [&](const std::unique_ptr<declaration>& each) {
      return std::ranges::find(ordered_, each.get()) - ordered_.begin();
    });
  }

private:
  void add(const declaration& one) {
    if (std::ranges::find(ordered_, &one) != ordered_.end() || is_open(one))
      return;
    open_.push_back(&one);
    for (const auto& each : one.members)
      for_each_declared(each.is, true, [&](const declaration& inner, bool is_inside) {
        if (is_inside)
          add(inner);
      });
    // What is not inside would be fine behind, with its name declared before; nicer is this order.
    for (const auto& each : one.members)
      for_each_declared(each.is, true, [&](const declaration& inner, bool is_inside) {
        if (!is_inside && std::ranges::none_of(open_, [&](const declaration* waiting) {
              return holds(inner, *waiting);
            }))
          add(inner);
      });
    open_.pop_back();
    ordered_.push_back(&one);
  }

  [[nodiscard]] bool is_open(const declaration& one) const {
    return std::ranges::find(open_, &one) != open_.end();
  }

  definition& of_;
  std::vector<const declaration*> open_, ordered_;
};

} // namespace

void order_declarations(definition& of) {
  std::vector<member*> to_share;
  for (const auto& each : of.declarations)
    for (auto& one : each->members)
      if (one.is.is == type::form::optional && one.is.of.front().is == type::form::declared
          && (one.is.of.front().declared == each.get()
              || holds(*one.is.of.front().declared, *each)))
        to_share.push_back(&one);
  for (auto* one : to_share)
    one->is.is = type::form::shared;
  for (const auto& each : of.declarations)
    for (const auto& one : each->members)
      for_each_declared(one.is, true, [&](const declaration& inner, bool is_inside) {
        if (is_inside && (&inner == each.get() || holds(inner, *each)))
          throw source_error(
              one.at,
              "\"" + one.json + "\" holds another " + each->name
                  + ", and so on without an end: make it optional, or a list");
      });
  sorter{of}.sort();
}

} // namespace troupe::cli::contract

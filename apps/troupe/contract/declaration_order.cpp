// SPDX-License-Identifier: Apache-2.0
#include "apps/troupe/contract/declaration_order.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <unordered_map>
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

// The declarations by their numbers, and what each has inside of it or knows by name alone, in the
// order of its members. There may be thousands: nothing here goes through all of them for each, nor
// recurses.
class graph {
public:
  explicit graph(const definition& of) {
    for (const auto& each : of.declarations)
      numbers_.emplace(each.get(), numbers_.size());
    inside.resize(numbers_.size());
    apart.resize(numbers_.size());
    for (const auto& each : of.declarations) {
      const auto from = number(*each);
      for (const auto& one : each->members)
        for_each_declared(one.is, true, [&](const declaration& inner, bool is_inside) {
          (is_inside ? inside : apart)[from].push_back(number(inner));
        });
    }
  }

  [[nodiscard]] std::size_t number(const declaration& of) const { return numbers_.at(&of); }

  std::vector<std::vector<std::size_t>> inside, apart;

private:
  std::unordered_map<const declaration*, std::size_t> numbers_;
};

// Which declarations are inside of one another, and so on in a circle (Tarjan's algorithm).
class circles {
public:
  explicit circles(const graph& of)
      : of_(of), seen_as_(of.inside.size()), circle_(of.inside.size()) {
    for (std::size_t each = 0; each < seen_as_.size(); ++each)
      if (seen_as_[each] == 0)
        walk(each);
  }

  // Of two of which the first has the second inside.
  [[nodiscard]] bool is_in_one(std::size_t outer, std::size_t inner) const {
    return outer == inner || circle_[outer] == circle_[inner];
  }

private:
  struct step {
    std::size_t at, next = 0, lowest;
  };

  void walk(std::size_t first) {
    std::vector<step> way{enter(first)};
    while (!way.empty()) {
      auto& top = way.back();
      if (top.next < of_.inside[top.at].size()) {
        const auto inner = of_.inside[top.at][top.next++];
        if (seen_as_[inner] == 0)
          way.push_back(enter(inner));
        else if (circle_[inner] == 0) // still on the stack
          top.lowest = std::min(top.lowest, seen_as_[inner]);
        continue;
      }
      const auto done = top;
      way.pop_back();
      if (done.lowest == seen_as_[done.at])
        close(done.at);
      if (!way.empty())
        way.back().lowest = std::min(way.back().lowest, done.lowest);
    }
  }

  step enter(std::size_t at) {
    seen_as_[at] = ++count_;
    stack_.push_back(at);
    return {at, 0, count_};
  }

  void close(std::size_t first) {
    ++circles_;
    std::size_t last{};
    do {
      last = stack_.back();
      stack_.pop_back();
      circle_[last] = circles_;
    } while (last != first);
  }

  const graph& of_;
  std::vector<std::size_t> seen_as_; // 0: not yet
  std::vector<std::size_t> circle_;  // 0: none yet
  std::vector<std::size_t> stack_;
  std::size_t count_ = 0, circles_ = 0;
};

// Puts each behind those that are inside of it; there are no circles.
class sorter {
public:
  explicit sorter(const graph& of)
      : of_(of), is_open_(of.inside.size()), is_ordered_(of.inside.size()),
        held_by_(of.inside.size()), looked_(of.inside.size()) {}

  std::vector<std::size_t> sort() {
    for (std::size_t each = 0; each < is_open_.size(); ++each)
      add(each);
    return std::move(ordered_);
  }

private:
  struct step {
    std::size_t at, next = 0;
  };

  void add(std::size_t first) {
    std::vector<step> way;
    const auto open = [&](std::size_t at) {
      if (is_ordered_[at] || is_open_[at])
        return;
      is_open_[at] = true;
      way.push_back({at});
    };
    open(first);
    while (!way.empty()) {
      auto& [at, next] = way.back();
      const auto& inside = of_.inside[at];
      // What is not inside would be fine behind, with its name declared before; nicer is this
      // order.
      const auto& apart = of_.apart[at];
      if (next < inside.size())
        open(inside[next++]);
      else if (next < inside.size() + apart.size()) {
        const auto inner = apart[next++ - inside.size()];
        if (!waits_for_open(inner))
          open(inner);
      } else {
        is_open_[at] = false;
        is_ordered_[at] = true;
        ordered_.push_back(at);
        way.pop_back();
      }
    }
  }

  // One of those that are begun is inside of it.
  bool waits_for_open(std::size_t what) {
    ++look_;
    std::vector<step> way;
    const auto found = [&](std::size_t open) {
      for (const auto& each : way)
        held_by_[each.at] = open;
      return true;
    };
    const auto visit = [&](std::size_t at) {
      if (is_ordered_[at] || std::exchange(looked_[at], look_) == look_)
        return;
      way.push_back({at});
    };
    visit(what);
    while (!way.empty()) {
      auto& [at, next] = way.back();
      if (held_by_[at] && is_open_[*held_by_[at]])
        return found(*held_by_[at]);
      if (next == of_.inside[at].size()) {
        way.pop_back();
        continue;
      }
      const auto inner = of_.inside[at][next++];
      if (is_open_[inner])
        return found(inner);
      visit(inner);
    }
    return false;
  }

  const graph& of_;
  std::vector<bool> is_open_, is_ordered_;
  std::vector<std::optional<std::size_t>> held_by_; // by that one as long as it is open
  std::vector<std::size_t> looked_;                 // in which look it was seen last
  std::size_t look_ = 0;
  std::vector<std::size_t> ordered_;
};

void share_circles(definition& of) {
  const graph all{of};
  const circles found{all};
  for (const auto& each : of.declarations)
    for (auto& one : each->members)
      if (one.is.is == type::form::optional && one.is.of.front().is == type::form::declared
          && found.is_in_one(all.number(*each), all.number(*one.is.of.front().declared)))
        one.is.is = type::form::shared;
}

void refuse_circles(const definition& of, const graph& all) {
  const circles found{all};
  for (const auto& each : of.declarations)
    for (const auto& one : each->members)
      for_each_declared(one.is, true, [&](const declaration& inner, bool is_inside) {
        if (is_inside && found.is_in_one(all.number(*each), all.number(inner)))
          throw source_error(
              one.at,
              "\"" + one.json + "\" holds another " + each->name
                  + ", and so on without an end: make it optional, or a list");
      });
}

} // namespace

void order_declarations(definition& of) {
  share_circles(of);
  const graph all{of};
  refuse_circles(of, all);
  std::vector<std::unique_ptr<declaration>> ordered;
  for (const auto each : sorter{all}.sort())
    ordered.push_back(std::move(of.declarations[each]));
  of.declarations = std::move(ordered);
}

} // namespace troupe::cli::contract

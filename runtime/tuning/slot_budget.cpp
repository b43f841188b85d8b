// SPDX-License-Identifier: Apache-2.0
#include "runtime/tuning/slot_budget.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>

namespace troupe::tuning {

slot_budget::member slot_budget::add(budget_share of) {
  check(of, minima_);
  const auto who = ++last_;
  entries_.emplace(who, entry{.share = of});
  minima_ += of.minimum;
  kept_ += of.minimum;
  ++present_;
  return who;
}

void slot_budget::reweight(member who, budget_share of) {
  auto& its = entries_.at(who);
  if (its.is_removed)
    throw std::invalid_argument("this member of the budget has been removed");
  check(of, minima_ - its.share.minimum);
  minima_ += of.minimum - its.share.minimum;
  change(who, its, [&] { its.share = of; });
}

void slot_budget::remove(member who) {
  auto& its = entries_.at(who);
  if (its.is_removed)
    return;
  stop_waiting(who);
  minima_ -= its.share.minimum;
  --present_;
  change(who, its, [&] { its.is_removed = true; });
  if (its.out == 0)
    entries_.erase(who);
}

void slot_budget::resize(std::size_t total) {
  if (total < minima_)
    throw std::invalid_argument(
        "a budget of " + std::to_string(total) + " slots cannot keep minima of "
        + std::to_string(minima_) + " together");
  total_ = total;
}

bool slot_budget::try_take(member who) {
  auto& its = entries_.at(who);
  if (its.is_removed || !is_there_one_for(its))
    return false;
  if (lacks(its) == 0 && has_to_stand_back(who, its))
    return false;
  change(who, its, [&] { ++its.out; });
  ++out_;
  return true;
}

void slot_budget::give_back(member who) {
  auto& its = entries_.at(who);
  change(who, its, [&] { --its.out; });
  --out_;
  if (its.is_removed && its.out == 0)
    entries_.erase(who);
}

void slot_budget::wait(member who) {
  auto& its = entries_.at(who);
  if (its.waits != 0 || its.is_removed)
    return;
  its.waits = ++last_wait_;
  waiting_.insert(place_of(who, its));
}

void slot_budget::stop_waiting(member who) {
  const auto found = entries_.find(who);
  if (found == entries_.end() || found->second.waits == 0)
    return;
  waiting_.erase(place_of(who, found->second));
  found->second.waits = 0;
}

std::optional<slot_budget::member> slot_budget::next() {
  if (waiting_.empty())
    return std::nullopt;
  const auto who = std::get<2>(*waiting_.begin());
  auto& its = entries_.at(who);
  if (!is_there_one_for(its))
    return std::nullopt;
  stop_waiting(who);
  return who;
}

std::size_t slot_budget::prospects(member who) const {
  const auto& its = entries_.at(who);
  if (its.is_removed || out_ >= total_)
    return 0;
  const auto kept = std::min(lacks(its), total_ - out_);
  return kept == 0 && has_to_stand_back(who, its) ? 0 : kept + open();
}

bool slot_budget::is_behind(member who) const {
  const auto& its = entries_.at(who);
  return !its.is_removed && !held_to_
         && load(its) * weight_of_borrowers_ < static_cast<double>(lent_);
}

slot_budget::numbers slot_budget::of(member who) const {
  const auto& its = entries_.at(who);
  return {.out = its.out, .waits = its.waits != 0, .share = its.share};
}

std::size_t slot_budget::open() const noexcept {
  const auto taken = out_ + kept_;
  const auto left = taken < total_ ? total_ - taken : 0;
  return held_to_ ? std::min(left, out_ < *held_to_ ? *held_to_ - out_ : 0) : left;
}

double slot_budget::load(const entry& who) noexcept {
  return lacks(who) > 0
             ? 0
             : (static_cast<double>(who.out - who.share.minimum) + 0.5) / who.share.weight;
}

bool slot_budget::is_there_one_for(const entry& who) const noexcept {
  return lacks(who) > 0 ? out_ < total_ : open() > 0;
}

bool slot_budget::has_to_stand_back(member who, const entry& its) const noexcept {
  if (waiting_.empty())
    return false;
  // Whoever lacks of its minimum has a slot kept for it, and this is another.
  constexpr auto last = std::numeric_limits<std::uint64_t>::max();
  const auto first = waiting_.upper_bound(place{0, last, last});
  return first != waiting_.end() && std::get<2>(*first) != who && std::get<0>(*first) < load(its);
}

void slot_budget::check(const budget_share& of, std::size_t other_minima) const {
  if (!(of.weight > 0) || !std::isfinite(of.weight))
    throw std::invalid_argument("the weight of a member of a budget must be above 0");
  if (of.minimum > total_ || other_minima > total_ - of.minimum)
    throw std::invalid_argument(
        "a budget of " + std::to_string(total_) + " slots cannot keep a minimum of "
        + std::to_string(of.minimum) + " beside the " + std::to_string(other_minima)
        + " of the others");
}

void slot_budget::count(const entry& its, bool more) noexcept {
  const auto lent = lent_to(its);
  if (more) {
    kept_ += lacks(its);
    lent_ += lent;
  } else {
    kept_ -= lacks(its);
    lent_ -= lent;
  }
  if (lent == 0)
    return;
  borrowers_ = more ? borrowers_ + 1 : borrowers_ - 1;
  // Exactly zero again whenever nobody borrows: errors do not add up for ever.
  weight_of_borrowers_ =
      borrowers_ == 0 ? 0 : weight_of_borrowers_ + (more ? its.share.weight : -its.share.weight);
}

template <class Change>
void slot_budget::change(member who, entry& its, Change what) {
  if (its.waits != 0)
    waiting_.erase(place_of(who, its));
  count(its, false);
  what();
  count(its, true);
  if (its.waits != 0)
    waiting_.insert(place_of(who, its));
}

} // namespace troupe::tuning

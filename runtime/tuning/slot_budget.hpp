// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <tuple>
#include <unordered_map>

namespace troupe::tuning {

/// What a member of a budget has a right to.
struct budget_share {
  double weight = 1;       ///< of what is left when all have their minimum; above 0
  std::size_t minimum = 0; ///< that are kept for it, whatever the others want
};

/// One number of slots, shared by many members: each has its minimum whenever it wants it, the rest
/// goes to who wants it, by weight.
///
/// - What a member's minimum lacks is lent to nobody: a slot with a task in it cannot be taken
///   back, and the minimum would come too late.
/// - The rest may all be taken by one member while no other waits (borrowing). Once others wait,
///   each slot that comes back goes to the one that has least above its minimum for its weight, so
///   shares become fair as fast as tasks end.
///
/// So no slot that may be given out is free while somebody waits. Plain state, one thread at a
/// time; each step takes the time of a look-up among those who wait.
class slot_budget {
public:
  using member = std::uint64_t; ///< never used again; 0 is none

  explicit slot_budget(std::size_t total) : total_(total) {}

  /// Throws `std::invalid_argument` if the weight is not above 0, or if not all minima can be kept
  /// with it: then nothing has changed.
  [[nodiscard]] member add(budget_share of);
  /// The same, for one that is there.
  void reweight(member who, budget_share of);
  /// It asks no more. What it has out still comes back.
  void remove(member who);
  /// Another total from now on; what is out above it comes back as tasks end. Throws
  /// `std::invalid_argument` if it is less than the minima.
  void resize(std::size_t total);

  /// Present: beyond the minima no slot is taken but while fewer than so many are out, so that
  /// there is always one that gets on.
  void hold_back(std::optional<std::size_t> but_for) noexcept { held_to_ = but_for; }

  /// Takes a slot, if there is one for it and nobody who waits has a better right to it.
  [[nodiscard]] bool try_take(member who);
  void give_back(member who);

  /// It wants a slot, and is named by `next` when there is one. Again without effect.
  void wait(member who);
  void stop_waiting(member who);
  /// Who waits and may take a slot now; it waits no more, and should take it or leave it to the
  /// next. Nobody: there is no slot for any of them.
  [[nodiscard]] std::optional<member> next();

  /// How many it could take now, one after the other, while no other took any.
  [[nodiscard]] std::size_t prospects(member who) const;

  /// Others have more above their minima for their weight, on average, than it would have with one
  /// more: the next slot that comes back should be its own.
  [[nodiscard]] bool is_behind(member who) const;

  struct numbers {
    std::size_t out = 0;
    bool waits = false;
    budget_share share;
  };
  [[nodiscard]] numbers of(member who) const;
  [[nodiscard]] std::size_t total() const noexcept { return total_; }
  [[nodiscard]] std::size_t out() const noexcept { return out_; }
  /// That are given out to who wants them: neither out nor kept for a minimum.
  [[nodiscard]] std::size_t open() const noexcept;
  /// That are free and kept for minima.
  [[nodiscard]] std::size_t kept() const noexcept {
    return out_ + kept_ < total_ ? kept_ : total_ - std::min(out_, total_);
  }
  [[nodiscard]] std::size_t members() const noexcept { return present_; }
  [[nodiscard]] bool has_waiting() const noexcept { return !waiting_.empty(); }

private:
  struct entry {
    budget_share share;
    std::size_t out = 0;
    std::uint64_t waits = 0; ///< since when, by number; 0: it does not
    bool is_removed = false;
  };
  /// Who waits, the best right first: by its load, then who came first.
  using place = std::tuple<double, std::uint64_t, member>;

  [[nodiscard]] static std::size_t lacks(const entry& who) noexcept {
    return who.is_removed || who.out >= who.share.minimum ? 0 : who.share.minimum - who.out;
  }
  [[nodiscard]] static std::size_t lent_to(const entry& who) noexcept {
    return who.out > who.share.minimum ? who.out - who.share.minimum : 0;
  }
  /// What it has above its minimum for its weight, on the way to one more (half a slot: so whole
  /// slots come nearest to what is fair, as seats by Webster's method do); 0 within the minimum.
  [[nodiscard]] static double load(const entry& who) noexcept;
  [[nodiscard]] static place place_of(member who, const entry& its) noexcept {
    return {load(its), its.waits, who};
  }
  [[nodiscard]] bool is_there_one_for(const entry& who) const noexcept;
  /// Somebody who waits has a better right to what is open.
  [[nodiscard]] bool has_to_stand_back(member who, const entry& its) const noexcept;
  void check(const budget_share& of, std::size_t other_minima) const;
  /// Counts what is lent to it, or no more.
  void count(const entry& its, bool more) noexcept;
  /// Changes an entry, with all that is derived from it.
  template <class Change>
  void change(member who, entry& its, Change what);

  std::size_t total_;
  std::optional<std::size_t> held_to_;
  std::size_t out_ = 0;
  std::size_t minima_ = 0; ///< of all that are there
  std::size_t kept_ = 0;   ///< what minima lack
  std::size_t lent_ = 0;   ///< above minima, of all
  std::size_t borrowers_ = 0;
  double weight_of_borrowers_ = 0;
  std::size_t present_ = 0;
  std::uint64_t last_ = 0;
  std::uint64_t last_wait_ = 0;
  std::unordered_map<member, entry> entries_;
  std::set<place> waiting_;
};

} // namespace troupe::tuning

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "test/golden/comparison.hpp"
#include "test/golden/golden_world.hpp"

#include <algorithm>
#include <cstddef>
#include <iosfwd>
#include <span>
#include <string>
#include <vector>

namespace troupe::test {

/// A literal as a template argument.
template <std::size_t N>
struct fixed_text {
  char text[N]{};
  consteval fixed_text(const char (&literal)[N]) { std::copy_n(literal, N, text); }
};

/// A recorded scenario, and what has to be done that it happens in a golden world as well.
struct scenario {
  const char* name;
  /// What a client and the workers' owners do, after the workflow was started and before
  /// everything that was recorded is waited for. Null: nothing.
  void (*happens)(golden_world&) = nullptr;
  /// The same, before the workflow is started.
  void (*before)(golden_world&) = nullptr;
  /// Histories to compare besides NAME and NAME.handler.
  std::vector<const char*> also = {};
  std::vector<word> words = {};
  golden_world::pace pace = {};
  /// How it is started; null: by `start_as`.
  void (*start)(golden_world&, const history& recorded) = nullptr;
  /// Why a service that dies in between may write something else; null: it may not.
  const char* unless_it_dies = nullptr;
  /// Why a service that reads a record from its disk each time may write something else.
  const char* unless_it_unloads = nullptr;
};

std::ostream& operator<<(std::ostream& out, const scenario& one);

/// The user that the real command line named where it was given no reason.
inline constexpr const char* by_command_line = "terminated by user via frontend";

/// Plays the scenario and compares.
golden_world::troubles play(const scenario& one, mortal_service::dies when);

/// What is played where such a reason keeps nothing out.
std::vector<scenario> table_unless(std::span<const scenario> table, const char* scenario::* reason);

/// The recordings that a table compares.
std::vector<std::string> recordings_of(std::span<const scenario> table);

} // namespace troupe::test

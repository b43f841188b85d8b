// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/describe.hpp>
#include <boost/mp11/algorithm.hpp>

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace nexus_messaging {

/// What a greeting workflow of either contract keeps: the greetings that it knows already, and the
/// language in use.
template <class Language>
struct greetings {
  std::map<Language, std::string> known;
  Language current = Language::english;

  [[nodiscard]] bool knows(Language in) const { return known.contains(in); }

  /// Gives the one before.
  Language use(Language in) { return std::exchange(current, in); }

  [[nodiscard]] std::vector<Language> languages(bool with_unknown) const {
    std::vector<Language> found;
    boost::mp11::mp_for_each<boost::describe::describe_enumerators<Language>>([&](auto each) {
      if (with_unknown || knows(each.value))
        found.push_back(each.value);
    });
    return found;
  }
};

/// Of a user's greetings.
inline std::string workflow_id_of(const std::string& user_id) {
  return "GreetingWorkflow_for_" + user_id;
}

} // namespace nexus_messaging

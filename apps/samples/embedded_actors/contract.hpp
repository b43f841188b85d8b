// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/nexus/service.hpp>

#include <caf/meta/type_name.hpp>

#include <boost/describe/class.hpp>

#include <string>
#include <tuple>
#include <vector>

namespace embedded_actors {

inline constexpr auto endpoint = "phrasebook-endpoint";
inline constexpr auto task_queue = "phrasebook";

/// Travels both ways: as JSON between Nexus' callers and handlers, and between actors.
struct phrase {
  std::string text;
  std::string language;
};
BOOST_DESCRIBE_STRUCT(phrase, (), (text, language))

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, phrase& of) {
  return f(caf::meta::type_name("phrase"), of.text, of.language);
}

struct phrasebook_service : troupe::nexus::service<"Phrasebook"> {
  static constexpr operation<phrase, std::string> translate{"translate"};
  static constexpr operation<void, std::vector<std::string>> languages{"languages"};
  static constexpr auto operations = std::tuple{translate, languages};
};

} // namespace embedded_actors

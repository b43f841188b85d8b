// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/algorithm/string/case_conv.hpp>
#include <boost/describe.hpp>
#include <boost/describe/enum_to_string.hpp>

#include <string>

namespace nexus_common {

/// The languages that the samples greet in; numbers on the wire.
enum class hello_language { en, fr, de, es, tr };
BOOST_DESCRIBE_ENUM(hello_language, en, fr, de, es, tr)

/// As Python's enum calls it: `EN`.
inline std::string python_name(hello_language of) {
  return boost::algorithm::to_upper_copy(std::string{boost::describe::enum_to_string(of, "?")});
}
/// As .NET's enum calls it: `En`.
inline std::string dotnet_name(hello_language of) {
  const std::string name = boost::describe::enum_to_string(of, "?");
  return python_name(of).front() + name.substr(1);
}

inline std::string greeting(hello_language in, const std::string& name) {
  switch (in) {
  case hello_language::en: return "Hello " + name + " 👋";
  case hello_language::fr: return "Bonjour " + name + " 👋";
  case hello_language::de: return "Hallo " + name + " 👋";
  case hello_language::es: return "¡Hola! " + name + " 👋";
  case hello_language::tr: break;
  }
  return "Merhaba " + name + " 👋";
}

} // namespace nexus_common

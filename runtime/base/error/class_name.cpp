// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/error/class_name.hpp"

#include <cxxabi.h>

#include <cstdlib>
#include <memory>
#include <string_view>

namespace troupe {

std::string class_name(const std::type_info& type) {
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> name{
      abi::__cxa_demangle(type.name(), nullptr, nullptr, &status), &std::free};
  std::string_view text = name ? name.get() : type.name();
  // What std::throw_with_nested derives from the class, in libstdc++ and libc++.
  for (const std::string_view wrapper : {"std::_Nested_exception<", "std::__1::__nested<"})
    if (text.starts_with(wrapper) && text.ends_with('>'))
      text = text.substr(wrapper.size(), text.size() - wrapper.size() - 1);
  return std::string{text};
}

std::string class_name_of_current() {
  const auto* type = abi::__cxa_current_exception_type();
  return type != nullptr ? class_name(*type) : "unknown";
}

} // namespace troupe

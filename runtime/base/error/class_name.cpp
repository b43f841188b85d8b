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
  std::string written{text};
  for (const std::string_view full :
       {"std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> >",
        "std::__1::basic_string<char, std::__1::char_traits<char>, std::__1::allocator<char>>"})
    for (std::size_t at = 0; (at = written.find(full, at)) != std::string::npos;)
      written.replace(at, full.size(), "std::string");
  return written;
}

std::string class_name_of_current() {
  const auto* type = abi::__cxa_current_exception_type();
  return type != nullptr ? class_name(*type) : "unknown";
}

} // namespace troupe

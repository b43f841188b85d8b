// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <typeinfo>

namespace troupe {

/// The name of a C++ class as people write it, e.g. `shop::out_of_stock`.
[[nodiscard]] std::string class_name(const std::type_info& type);

/// The same of what is being caught, which may be anything; `unknown` for exceptions of other
/// languages.
[[nodiscard]] std::string class_name_of_current();

} // namespace troupe

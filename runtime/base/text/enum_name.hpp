// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace troupe {

/// The name of an enum's value as Temporal's tools, links and messages write it: `camel_case(
/// "EVENT_TYPE_TIMER_FIRED", "EVENT_TYPE_")` is `TimerFired`. A name that does not begin with the
/// prefix loses nothing.
[[nodiscard]] std::string camel_case(std::string_view enum_name, std::string_view prefix);

/// The way back: `enum_name("TimerFired", "EVENT_TYPE_")` is `EVENT_TYPE_TIMER_FIRED`. A name that
/// begins with the prefix already is given back as it is.
[[nodiscard]] std::string enum_name(std::string_view camel_case, std::string_view prefix);

} // namespace troupe

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace temporal::api::common::v1 {
class Payload;
}

/// Values of search attributes, read and written as the real server does, which is Go: what a
/// client sent stays as it is in events and descriptions; lists show what was understood of it.
/// `type` is the number of an `IndexedValueType`.
namespace troupe::embedded {

/// The name of the type, as the metadata `type` has it.
std::string_view attribute_type_name(int type);

/// True if the payload holds a value of this type, a list of one such value, or no value.
bool holds_attribute(const temporal::api::common::v1::Payload& payload, int type);

/// What the payload holds, as an error cites it.
std::string attribute_text(const temporal::api::common::v1::Payload& payload);

/// The payload as lists show it; nothing if it holds no value of this type.
std::optional<temporal::api::common::v1::Payload>
listed_attribute(const temporal::api::common::v1::Payload& payload, int type);

} // namespace troupe::embedded

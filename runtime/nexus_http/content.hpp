// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/nexus_http/headers.hpp"

#include <string>
#include <string_view>

namespace temporal::api::common::v1 {
class Payload;
}

/// How a payload travels over HTTP: as the body, with headers `Content-...` that say what it is.
///
/// | payload's encoding | Content-Type |
/// |---|---|
/// | json/plain | application/json |
/// | json/protobuf | application/json; format=protobuf; message-type="M" |
/// | binary/protobuf | application/x-protobuf; message-type="M" |
/// | binary/plain | application/octet-stream |
/// | binary/null | none, and no body |
/// | unknown/nexus-content | the headers that its metadata holds |
/// | anything else, or with more or longer metadata | application/x-temporal-payload: the message
/// itself |
///
/// The way back is the same; a body of any other kind becomes `unknown/nexus-content`.
namespace troupe::nexus_http {

struct content {
  headers about; ///< `content-type` and others, no length
  std::string body;
};

/// `none`: a result that is none, which has no body.
[[nodiscard]] content to_content(const temporal::api::common::v1::Payload& from);

/// What a body with these headers holds. False if it says that it is a payload and is none, or if
/// one of its headers is no text.
[[nodiscard]] bool
from_content(const headers& with, std::string_view body, temporal::api::common::v1::Payload& to);

/// `application/json`, whatever its parameters.
[[nodiscard]] bool is_json_type(std::string_view content_type);

} // namespace troupe::nexus_http

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace troupe::gateway {

/// The JSON API as an OpenAPI 3.0 document in JSON, made of the table of routes and the messages'
/// descriptors: its paths under `/api/v1`, parameters, bodies and answers. Made anew at each call.
std::string openapi_document();

} // namespace troupe::gateway

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/http/tls.hpp"

#include <memory>

namespace grpc {
class ServerCredentials;
}

namespace troupe::embedded {

/// What a gRPC server encrypts with: each handshake asks the source for what is current, so new
/// files count without a restart. TLS 1.2 or newer, by gRPC's own list of ciphers. Must outlive the
/// server.
std::shared_ptr<grpc::ServerCredentials> tls_credentials(http::tls_source from);

} // namespace troupe::embedded

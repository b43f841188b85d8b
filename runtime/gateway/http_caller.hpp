// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/http/server.hpp"
#include "runtime/rpc/caller.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace troupe::gateway {

/// Who made a request.
class http_caller final : public rpc::caller {
public:
  explicit http_caller(std::shared_ptr<const http::incoming> request)
      : request_(std::move(request)) {}

  [[nodiscard]] std::string peer() const override { return request_->peer; }
  [[nodiscard]] std::optional<rpc::tls_identity> identity() const override;
  /// Those that a call has, by their own names or by `Grpc-Metadata-...`.
  [[nodiscard]] std::string_view header(std::string_view name) const override;

private:
  std::shared_ptr<const http::incoming> request_;
};

} // namespace troupe::gateway

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/http/server.hpp"
#include "runtime/nexus/dispatch.hpp"

#include <troupe/nexus/http_server.hpp>

#include <boost/asio/thread_pool.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace troupe::nexus {

/// Takes requests below a path and brings each through its handler to its answer.
///
/// Everything happens on the server's thread (`use`), but for plain functions, which the pool runs.
class served_calls final : public http::handler {
public:
  served_calls(
      std::shared_ptr<const dispatch_environment> environment,
      const http_server_options& options,
      std::function<void(const completion&)> take);

  /// Whose thread it is, before the first request.
  void use(std::shared_ptr<executor> loop) override { loop_ = std::move(loop); }

  unique_function<void()>
  serve(std::shared_ptr<const http::incoming> request, http::answer_function answer) override;

  /// Once the server's thread is gone: waits for functions that still run, and drops coroutines
  /// that are over for their callers and have not ended.
  void end();

private:
  struct served;

  unique_function<void()>
  complete(std::shared_ptr<const http::incoming> request, http::answer_function answer);
  void keep_until_end(const std::shared_ptr<served>& one);
  void go_on(const std::shared_ptr<served>& one);
  void run_function(const std::shared_ptr<served>& one);
  void finish(const std::shared_ptr<served>& one, http::response what);
  void give_up(const std::shared_ptr<served>& one, cancel_reason why, http::response what);

  const std::shared_ptr<const dispatch_environment> environment_;
  const std::string path_; ///< begins with a slash, ends with none; or empty
  const std::size_t max_requests_;
  const duration patience_;
  const std::function<void(const completion&)> take_;
  std::shared_ptr<executor> loop_;
  std::size_t under_way_ = 0;
  std::vector<std::weak_ptr<served>> coroutines_; ///< holes are swept when it doubles
  std::size_t sweep_at_ = 256;
  boost::asio::thread_pool pool_;
};

} // namespace troupe::nexus

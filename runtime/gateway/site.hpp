// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/http/server.hpp"

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe::gateway {

/// A file of a page.
struct site_file {
  std::string content_type;
  std::string bytes;
};

/// The files of a page that looks after a service, as they were built.
struct site_files {
  /// By their paths, `assets/main.js`. Those below `assets/` have names that change with what is in
  /// them; every path that names none is `index.html`'s to understand.
  std::map<std::string, site_file, std::less<>> files = {};
  /// Of every answer with a file.
  std::vector<std::pair<std::string, std::string>> headers = {};
};

/// What the page is told.
struct site_options {
  std::string public_path = "/";   ///< where it lies; slashes at its ends may be left out
  std::string codec_endpoint = {}; ///< an `http` or `https` URL with a plain host, or empty
  bool takes_keys = false;         ///< the API takes keys or tokens: the page lets one sign in
  /// Answers what the service counts, in Prometheus's text, at `metrics` below the page's path;
  /// empty: nothing is there. On the HTTP server's thread.
  std::function<http::response(const http::incoming&)> metrics = {};
};

/// Reads the files below a folder, their types by their names; without those whose names, or whose
/// folders', begin with a dot. Throws `std::runtime_error` if there is no `index.html`, more than
/// 64 MiB, or a link to a file outside.
site_files read_site(const std::string& folder);

/// Serves a page's files, below `api/` the API, and metrics. `<base href="/">` of `index.html` and
/// `settings.json` say what the options do; with a codec endpoint the content policy allows calls
/// of it. The API must outlive it.
class site final : public http::handler {
public:
  /// Throws `std::runtime_error` if an option cannot be what it should.
  site(site_files files, site_options options, http::handler& api);

  unique_function<void()>
  serve(std::shared_ptr<const http::incoming> request, http::answer_function answer) override;

  [[nodiscard]] http::response refuse(http::refusal why) const override { return api_.refuse(why); }

private:
  [[nodiscard]] http::response
  answer_to(const http::incoming& request, std::string_view path) const;

  site_files files_;
  site_options options_;
  http::handler& api_;
};

} // namespace troupe::gateway

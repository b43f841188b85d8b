// SPDX-License-Identifier: Apache-2.0
#include "runtime/gateway/site.hpp"

#include <boost/test/unit_test.hpp>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>

using namespace troupe::gateway;
using troupe::http::incoming;
using troupe::http::response;

namespace {

/// Answers with the path that it is asked for.
class echo final : public troupe::http::handler {
public:
  troupe::unique_function<void()>
  serve(std::shared_ptr<const incoming> request, troupe::http::answer_function answer) override {
    answer([request] { return response{.body = "api " + request->path}; });
    return {};
  }
};

site_files files() {
  return {
      .files =
          {{"index.html", {"text/html", "<base href=\"/\">"}},
           {"assets/a.js", {"text/javascript", "code"}},
           {"top.txt", {"text/plain", "top"}}},
      .headers = {{"Content-Security-Policy", "default-src 'none'; connect-src 'self'; x"}}};
}

struct fixture {
  response ask(std::string path, std::string method = "GET") {
    troupe::gateway::site page{files(), options, api};
    response got;
    page.serve(
        std::make_shared<const incoming>(
            incoming{.method = std::move(method), .path = std::move(path)}),
        [&](troupe::http::answer_maker make) { got = make(); });
    return got;
  }
  std::string header(const response& of, std::string_view name) {
    for (const auto& [key, value] : of.headers)
      if (key == name)
        return value;
    return {};
  }

  echo api;
  site_options options;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(site, fixture)

BOOST_AUTO_TEST_CASE(a_path_is_a_file_or_for_the_page_to_understand) {
  BOOST_TEST(ask("/assets/a.js").body == "code");
  BOOST_TEST(ask("/top.txt").content_type == "text/plain");
  for (const auto* path :
       {"/", "/index.html", "/namespaces/a/workflows", "/nope.txt", "/%zz", "/.."})
    BOOST_TEST(ask(path).body == "<base href=\"/\">", path);
  BOOST_TEST(ask("/assets/nope.js").status == 404);
  BOOST_TEST(ask("/assets/../top.txt").status == 404);
  BOOST_TEST(ask("/top.txt", "HEAD").status == 200);
  BOOST_TEST(ask("/top.txt", "POST").status == 405);
}

BOOST_AUTO_TEST_CASE(what_is_named_by_its_content_is_kept) {
  BOOST_TEST(header(ask("/assets/a.js"), "Cache-Control") == "public, max-age=31536000, immutable");
  BOOST_TEST(header(ask("/"), "Cache-Control") == "no-cache");
  BOOST_TEST(header(ask("/settings.json"), "Cache-Control") == "no-cache");
}

BOOST_AUTO_TEST_CASE(below_api_is_the_api) {
  BOOST_TEST(ask("/api/v1/x").body == "api /api/v1/x");
  BOOST_TEST(ask("/api/").body == "api /api/");
  BOOST_TEST(ask("/api").body != "api /api");
  BOOST_TEST(header(ask("/api//v1/x"), "Location") == "/api/v1/x");
}

BOOST_AUTO_TEST_CASE(the_page_may_lie_below_a_path) {
  for (const auto* path : {"x/y", "/x/y", "/x//y/"}) {
    options.public_path = path;
    BOOST_TEST(ask("/x/y/").body == "<base href=\"/x/y/\">");
    BOOST_TEST(ask("/x/y/top.txt").body == "top");
    BOOST_TEST(ask("/x/y/api/v1/x").body == "api /api/v1/x");
    BOOST_TEST(ask("/x/y").status == 301);
    BOOST_TEST(header(ask("/x/y"), "Location") == "/x/y/");
    for (const auto* twice : {"/x/y/api//v1/x", "/x/y/api/./v1/a/../x"})
      BOOST_TEST(header(ask(twice), "Location") == "/x/y/api/v1/x", twice);
    for (const auto* other : {"/", "/x", "/top.txt", "/api/v1/x", "/x/yz"})
      BOOST_TEST(ask(other).status == 404, other);
  }
}

BOOST_AUTO_TEST_CASE(the_page_learns_of_a_codec_server_and_may_call_it) {
  BOOST_TEST(
      ask("/settings.json").body
      == R"({"defaultNamespace":"default","codecEndpoint":"","metricsPath":"","signIn":false,"endpointCallers":true})");
  options.codec_endpoint = "https://codec.example:1/{namespace}";
  BOOST_TEST(
      ask("/settings.json").body
      == R"({"defaultNamespace":"default","codecEndpoint":"https://codec.example:1/{namespace}","metricsPath":"","signIn":false,"endpointCallers":true})");
  BOOST_TEST(
      header(ask("/"), "Content-Security-Policy")
      == "default-src 'none'; connect-src 'self' https://codec.example:1; x");
}

BOOST_AUTO_TEST_CASE(the_page_learns_where_metrics_are_and_that_keys_are_taken) {
  BOOST_TEST(ask("/metrics").body == "<base href=\"/\">");
  options.takes_keys = true;
  options.metrics = [](const incoming& request) {
    return response{.body = "metrics for " + request.method};
  };
  BOOST_TEST(
      ask("/settings.json").body
      == R"({"defaultNamespace":"default","codecEndpoint":"","metricsPath":"metrics","signIn":true,"endpointCallers":true})");
  BOOST_TEST(ask("/metrics").body == "metrics for GET");
  BOOST_TEST(ask("/metrics", "POST").status == 405);
  options.public_path = "/x";
  BOOST_TEST(ask("/x/metrics").body == "metrics for GET");
  BOOST_TEST(ask("/metrics").status == 404);
}

BOOST_AUTO_TEST_CASE(options_that_would_end_up_in_headers_or_markup_are_refused) {
  for (const auto* path : {"/a\"b", "/<x>", "/a b", "/a\r\nb", "/%2F"}) {
    options = {.public_path = path};
    BOOST_CHECK_THROW(ask("/"), std::runtime_error);
  }
  for (const auto* url :
       {"codec.example",
        "javascript:x",
        "http://x; y",
        "http://x\r\nA: b",
        "http://x y",
        "http://*",
        "http://*.example",
        "http://",
        "https:///x",
        "http://a@b",
        "http://a'b",
        "http://a?b",
        "http://a,b",
        "http://a/\"b"}) {
    options = {.codec_endpoint = url};
    BOOST_CHECK_THROW(ask("/"), std::runtime_error);
  }
}

BOOST_AUTO_TEST_CASE(files_of_a_folder_have_types_by_their_names) {
  namespace fs = std::filesystem;
  const auto folder = fs::temp_directory_path() / ("troupe_site_test_" + std::to_string(getpid()));
  fs::create_directories(folder / "sub");
  BOOST_CHECK_THROW(read_site(folder.string()), std::runtime_error);
  std::ofstream{folder / "index.html"} << "page";
  std::ofstream{folder / "sub" / "a.css"} << "style";
  std::ofstream{folder / "sub" / "b.unknown"} << "bytes";
  fs::create_symlink(folder / "index.html", folder / "link.html");
  fs::create_directories(folder / ".git");
  std::ofstream{folder / ".git" / "config"} << "hidden";
  std::ofstream{folder / ".env"} << "secret";
  const auto read = read_site(folder.string()).files;
  fs::create_symlink("/etc/hostname", folder / "sub" / "outside.txt");
  BOOST_CHECK_THROW(read_site(folder.string()), std::runtime_error);
  fs::remove_all(folder);
  BOOST_TEST(read.size() == 4);
  BOOST_TEST(read.at("index.html").bytes == "page");
  BOOST_TEST(read.at("sub/a.css").content_type == "text/css; charset=utf-8");
  BOOST_TEST(read.at("sub/b.unknown").content_type == "application/octet-stream");
  BOOST_CHECK_THROW(read_site("/no/such/folder"), std::runtime_error);
}

BOOST_AUTO_TEST_SUITE_END()

// SPDX-License-Identifier: Apache-2.0
#include "runtime/gateway/site.hpp"

#include "runtime/base/text/json_text.hpp"
#include "runtime/base/text/percent.hpp"
#include "runtime/gateway/paths.hpp"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace troupe::gateway {

namespace {

constexpr std::string_view index_name = "index.html";
constexpr std::string_view metrics_name = "metrics";
constexpr std::uintmax_t most_bytes = std::uintmax_t{64} << 20;

std::string type_of(const std::filesystem::path& path) {
  static const std::map<std::string, std::string> types{
      {".css", "text/css; charset=utf-8"},
      {".html", "text/html; charset=utf-8"},
      {".ico", "image/x-icon"},
      {".js", "text/javascript; charset=utf-8"},
      {".json", "application/json"},
      {".png", "image/png"},
      {".svg", "image/svg+xml"},
      {".txt", "text/plain; charset=utf-8"},
      {".wasm", "application/wasm"},
      {".woff2", "font/woff2"}};
  const auto found = types.find(path.extension().string());
  return found == types.end() ? "application/octet-stream" : found->second;
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in{path, std::ios::binary};
  std::string bytes{std::istreambuf_iterator<char>{in}, {}};
  if (!in)
    throw std::runtime_error{"cannot read " + path.string()};
  return bytes;
}

/// `http://localhost:8081/{namespace}` is of `http://localhost:8081`.
std::string_view origin_of(std::string_view url) {
  const auto scheme = url.find("://");
  return scheme == url.npos ? url : url.substr(0, url.find('/', scheme + 3));
}

/// With slashes at both ends. It becomes part of `index.html`.
std::string whole_path(std::string_view path) {
  std::string out = "/";
  for (const char c : path) {
    if (!std::isalnum(static_cast<unsigned char>(c))
        && std::string_view{"/-._~"}.find(c) == std::string_view::npos)
      throw std::runtime_error{
          "a public path has letters, digits and -._~ between slashes, unlike " + quote_json(path)};
    if (c != '/' || out.back() != '/')
      out += c;
  }
  if (out.back() != '/')
    out += '/';
  return out;
}

/// Its origin becomes part of a header: a host and perhaps a port, and nothing that a content
/// policy reads as more than that.
void check_codec_endpoint(std::string_view url) {
  if (url.empty())
    return;
  const bool is_url = url.starts_with("http://") || url.starts_with("https://");
  const bool is_plain =
      std::ranges::all_of(url, [](char c) { return c > ' ' && c < 0x7f && c != '"'; });
  auto host = origin_of(url);
  host.remove_prefix(std::min(host.find("://") + 3, host.size()));
  const bool is_host = !host.empty() && std::ranges::all_of(host, [](char c) {
    return std::isalnum(static_cast<unsigned char>(c))
           || std::string_view{".-_:[]"}.find(c) != std::string_view::npos;
  });
  if (!is_url || !is_plain || !is_host)
    throw std::runtime_error{
        "a codec endpoint is an http or https URL, with a host and nothing before it, unlike "
        + quote_json(url)};
}

bool is_hidden(const std::filesystem::path& relative) {
  return std::ranges::any_of(
      relative, [](const auto& part) { return part.string().starts_with('.'); });
}

/// A link that leads out of the folder would show what nobody meant to.
void check_inside(const std::filesystem::path& file, const std::filesystem::path& folder) {
  const auto target = std::filesystem::canonical(file).lexically_relative(folder);
  if (target.empty() || *target.begin() == "..")
    throw std::runtime_error{
        "the link " + file.string() + " leads out of the folder: put a copy there"};
}

void replace(std::string& in, std::string_view what, const std::string& by) {
  if (const auto at = in.find(what); at != in.npos)
    in.replace(at, what.size(), by);
}

} // namespace

site_files read_site(const std::string& folder) {
  namespace fs = std::filesystem;
  site_files site;
  std::uintmax_t total = 0;
  try {
    const auto whole = fs::canonical(folder);
    for (const auto& entry : fs::recursive_directory_iterator{folder}) {
      // `.git` and `.env` are nobody's business.
      if (is_hidden(entry.path().lexically_relative(folder)) || !entry.is_regular_file())
        continue;
      if (entry.is_symlink())
        check_inside(entry.path(), whole);
      if (total += entry.file_size(); total > most_bytes)
        throw std::runtime_error{"more than 64 MiB lie below " + folder};
      site.files[entry.path().lexically_relative(folder).generic_string()] = {
          type_of(entry.path()), read_file(entry.path())};
    }
  } catch (const fs::filesystem_error& error) {
    throw std::runtime_error{"cannot read " + folder + ": " + error.code().message()};
  }
  if (!site.files.contains(index_name))
    throw std::runtime_error{"there is no index.html in " + folder};
  return site;
}

site::site(site_files files, site_options options, http::handler& api)
    : files_(std::move(files)), options_(std::move(options)), api_(api) {
  options_.public_path = whole_path(options_.public_path);
  check_codec_endpoint(options_.codec_endpoint);
  if (const auto index = files_.files.find(index_name); index != files_.files.end())
    replace(
        index->second.bytes, "<base href=\"/\">", "<base href=\"" + options_.public_path + "\">");
  const auto& codec = options_.codec_endpoint;
  files_.files["settings.json"] = {
      "application/json",
      "{\"defaultNamespace\":\"default\",\"codecEndpoint\":" + quote_json(codec)
          + ",\"metricsPath\":" + quote_json(options_.metrics ? metrics_name : std::string_view{})
          + ",\"signIn\":" + (options_.takes_keys ? "true" : "false")
          + ",\"endpointCallers\":true}"};
  if (!codec.empty())
    for (auto& [name, value] : files_.headers)
      if (name == "Content-Security-Policy")
        replace(value, "connect-src 'self'", "connect-src 'self' " + std::string{origin_of(codec)});
}

unique_function<void()>
site::serve(std::shared_ptr<const http::incoming> request, http::answer_function answer) {
  const auto& root = options_.public_path;
  std::string_view path = request->path;
  if (!path.starts_with(root)) {
    // The page itself may be asked for without the slash at its end.
    const bool is_root = path == std::string_view{root}.substr(0, root.size() - 1);
    answer([is_root, root] {
      if (is_root)
        return http::response{.status = 301, .content_type = {}, .headers = {{"Location", root}}};
      return http::response{.status = 404, .body = "not found\n"};
    });
    return {};
  }
  path.remove_prefix(root.size());
  if (path.starts_with("api/")) {
    // As the API itself answers, which does not know where it lies.
    if (auto clean = root + clean_path(path).substr(1); clean != request->path) {
      if (!request->query.empty())
        clean += '?' + request->query;
      answer([clean = std::move(clean)] {
        return http::response{.status = 301, .content_type = {}, .headers = {{"Location", clean}}};
      });
      return {};
    }
    if (root == "/")
      return api_.serve(std::move(request), std::move(answer));
    auto below = std::make_shared<http::incoming>(*request);
    below->path = '/' + std::string{path};
    return api_.serve(std::move(below), std::move(answer));
  }
  answer([this, request, name = std::string{path}] { return answer_to(*request, name); });
  return {};
}

http::response site::answer_to(const http::incoming& request, std::string_view path) const {
  if (request.method != "GET" && request.method != "HEAD")
    return {.status = 405, .body = "GET and HEAD only\n", .headers = {{"Allow", "GET, HEAD"}}};
  if (options_.metrics && path == metrics_name)
    return options_.metrics(request);
  const auto name = path_segment_text(path);
  auto found = name ? files_.files.find(*name) : files_.files.end();
  if (found == files_.files.end() && path.starts_with("assets/"))
    return {.status = 404, .body = "not found\n"};
  if (found == files_.files.end())
    found = files_.files.find(index_name);
  if (found == files_.files.end())
    return {.status = 404, .body = "not found\n"};
  http::response file{
      .body = found->second.bytes,
      .content_type = found->second.content_type,
      .headers = files_.headers};
  file.headers.emplace_back(
      "Cache-Control",
      found->first.starts_with("assets/") ? "public, max-age=31536000, immutable" : "no-cache");
  return file;
}

} // namespace troupe::gateway

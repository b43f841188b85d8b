// SPDX-License-Identifier: Apache-2.0
#include "runtime/otlp/options.hpp"

#include "runtime/base/text/percent.hpp"

#include <charconv>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe::otlp {

namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
    text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
    text.remove_suffix(1);
  return text;
}

/// `key=value,key=value`; values have percent escapes.
std::vector<std::pair<std::string, std::string>>
read_pairs(const char* variable, std::string_view text) {
  std::vector<std::pair<std::string, std::string>> all;
  while (!text.empty()) {
    const auto comma = text.find(',');
    const auto pair = trimmed(text.substr(0, comma));
    text = comma == std::string_view::npos ? std::string_view{} : text.substr(comma + 1);
    if (pair.empty())
      continue;
    const auto equals = pair.find('=');
    if (equals == std::string_view::npos || equals == 0)
      throw options_error(std::string{variable} + " is not of the form key=value,key=value");
    auto value = path_segment_text(trimmed(pair.substr(equals + 1)));
    if (!value)
      throw options_error(std::string{variable} + " has a broken percent escape");
    all.emplace_back(trimmed(pair.substr(0, equals)), std::move(*value));
  }
  return all;
}

} // namespace

otlp_options resolve(otlp_options options, const environment& from) {
  const auto take = [&](const char* name, std::string& to) {
    if (to.empty())
      if (auto text = from(name))
        to = std::move(*text);
  };
  take("OTEL_EXPORTER_OTLP_ENDPOINT", options.endpoint);
  if (options.endpoint.empty())
    options.endpoint = "http://localhost:4318";
  take("OTEL_EXPORTER_OTLP_CERTIFICATE", options.ca_file);
  take("OTEL_SERVICE_NAME", options.service_name);
  constexpr auto headers = "OTEL_EXPORTER_OTLP_HEADERS";
  if (options.headers.empty())
    if (const auto text = from(headers))
      options.headers = read_pairs(headers, *text);
  constexpr auto resource = "OTEL_RESOURCE_ATTRIBUTES";
  if (const auto text = from(resource))
    for (auto& [key, value] : read_pairs(resource, *text))
      options.resource.try_emplace(std::move(key), std::move(value));
  if (!options.service_name.empty())
    options.resource["service.name"] = options.service_name;
  else
    options.resource.try_emplace("service.name", "troupe");
  return options;
}

http_url collector_url(const otlp_options& options, std::string_view path) {
  auto to = parse_http_url(options.endpoint);
  if (!to)
    throw options_error(
        "the OTLP endpoint \"" + options.endpoint
        + "\" is not of the form http://host:port or https://host:port");
  to->ca_file = options.ca_file;
  if (to->path.ends_with('/'))
    to->path.pop_back();
  to->path += path;
  if (options.timeout <= std::chrono::milliseconds{0})
    throw options_error("the timeout of OTLP must be more than zero");
  return std::move(*to);
}

double sampling_ratio(const trace_options& options, const environment& from) {
  constexpr auto sampler = "OTEL_TRACES_SAMPLER";
  constexpr auto argument = "OTEL_TRACES_SAMPLER_ARG";
  auto ratio = options.ratio;
  if (!ratio) {
    const auto text = from(sampler).value_or("always_on");
    std::string_view name = text;
    constexpr std::string_view prefix = "parentbased_";
    if (name.starts_with(prefix))
      name.remove_prefix(prefix.size());
    if (name == "always_off") {
      ratio = 0;
    } else if (name == "always_on") {
      ratio = 1;
    } else if (name == "traceidratio") {
      const auto number = from(argument).value_or("1");
      double read = 0;
      const auto [end, problem] =
          std::from_chars(number.data(), number.data() + number.size(), read);
      if (problem != std::errc{} || end != number.data() + number.size())
        throw options_error(std::string{argument} + " is no number: \"" + number + '"');
      ratio = read;
    } else {
      throw options_error(
          std::string{sampler} + " is \"" + text
          + "\"; known are always_on, always_off, traceidratio, each also with parentbased_");
    }
  }
  if (!(*ratio >= 0 && *ratio <= 1))
    throw options_error("the ratio of sampled traces must be from 0 to 1");
  return *ratio;
}

} // namespace troupe::otlp

// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/log/log.hpp"

#include "runtime/base/text/json_text.hpp"
#include "runtime/base/text/printable.hpp"

#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <atomic>
#include <mutex>

namespace troupe::log {
namespace {

spdlog::level::level_enum to_spdlog(level severity) {
  switch (severity) {
  case level::debug: return spdlog::level::debug;
  case level::info: return spdlog::level::info;
  case level::warn: return spdlog::level::warn;
  case level::error: return spdlog::level::err;
  case level::off: break;
  }
  return spdlog::level::off;
}

bool needs_quotes(std::string_view text) {
  return text.empty() || text.find_first_of(" \"=\\") != std::string_view::npos
         || !is_printable(text);
}

class spdlog_sink final : public sink {
public:
  explicit spdlog_sink(format shape)
      : shape_(shape), logger_("troupe", std::make_shared<spdlog::sinks::stderr_sink_mt>()) {
    logger_.set_level(spdlog::level::trace);
    logger_.flush_on(spdlog::level::trace);
    logger_.set_pattern(
        shape == format::json ? R"({"time":"%Y-%m-%dT%H:%M:%S.%e%z","level":"%l",%v})"
                              : "time=%Y-%m-%dT%H:%M:%S.%e%z level=%l %v");
  }

  void write(level severity, std::string_view message, std::span<const field> fields) override {
    std::string line;
    if (shape_ == format::json) {
      line += "\"msg\":";
      append_quoted(line, message);
      for (const auto& [key, value] : fields) {
        line += ',';
        append_quoted(line, key);
        line += ':';
        append_quoted(line, value);
      }
    } else {
      line += "msg=";
      append_quoted(line, message);
      for (const auto& [key, value] : fields) {
        line += ' ';
        line += key;
        line += '=';
        if (needs_quotes(value))
          append_quoted(line, value);
        else
          line += value;
      }
    }
    logger_.log(to_spdlog(severity), spdlog::string_view_t{line.data(), line.size()});
  }

private:
  format shape_;
  spdlog::logger logger_;
};

struct state {
  std::mutex guard;
  std::shared_ptr<sink> current = std::make_shared<spdlog_sink>(format::text);
};

state& global() {
  static state instance;
  return instance;
}

// Relaxed: a line more or less around a change of level harms nobody.
std::atomic<level> threshold_now{level::warn};

} // namespace

void configure(level threshold, format shape) {
  set_sink(std::make_shared<spdlog_sink>(shape));
  threshold_now.store(threshold, std::memory_order_relaxed);
}

void set_sink(std::shared_ptr<sink> to) {
  const std::lock_guard lock{global().guard};
  global().current = std::move(to);
}

bool parse_level(std::string_view text, level& out) noexcept {
  if (text == "debug")
    out = level::debug;
  else if (text == "info")
    out = level::info;
  else if (text == "warn")
    out = level::warn;
  else if (text == "error")
    out = level::error;
  else if (text == "never")
    out = level::off;
  else
    return false;
  return true;
}

bool enabled(level severity) noexcept {
  return severity >= threshold_now.load(std::memory_order_relaxed);
}

void write_fields(level severity, std::string_view message, std::span<const field> fields) {
  if (!enabled(severity))
    return;
  std::shared_ptr<sink> to;
  {
    const std::lock_guard lock{global().guard};
    to = global().current;
  }
  if (to)
    to->write(severity, message, fields);
}

} // namespace troupe::log

// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/file.hpp"

#include <troupe/testing/replayer.hpp>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace troupe::testing {
namespace {

constexpr std::string_view binary_ending = ".bin";
constexpr std::size_t largest_file = std::size_t{1} << 30;

} // namespace

replay_result replayer::replay_file(const std::string& path) const {
  replay_result result;
  const auto read = read_file(path, largest_file);
  if (!read.why_not.empty()) {
    result.message = "the file cannot be read: " + read.why_not;
    result.error = std::make_exception_ptr(std::runtime_error(result.message));
  } else {
    result = path.ends_with(binary_ending) ? replay_binary(read.bytes) : replay_json(read.bytes);
  }
  result.source = path;
  return result;
}

replay_report
replayer::replay_all(std::vector<recorded_history> histories, const replay_all_options& how) const {
  std::ranges::sort(histories, {}, &recorded_history::source);
  return collect(histories.size(), how, [&](std::size_t index) {
    auto& one = histories[index];
    auto result =
        replay_json(std::exchange(one.json, {}), one.source.substr(0, one.source.find('/')));
    result.source = one.source;
    return result;
  });
}

replay_report
replayer::replay_directory(const std::string& path, const replay_all_options& how) const {
  std::vector<std::string> files;
  for (const auto& each : std::filesystem::recursive_directory_iterator(path)) {
    auto name = each.path().string();
    if (each.is_regular_file() && (name.ends_with(".json") || name.ends_with(binary_ending)))
      files.push_back(std::move(name));
  }
  std::ranges::sort(files);
  return collect(files.size(), how, [&](std::size_t index) { return replay_file(files[index]); });
}

replay_report replayer::collect(
    std::size_t count,
    const replay_all_options& how,
    const std::function<replay_result(std::size_t)>& replay_one) const {
  std::vector<replay_result> results(count);
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (auto index = next++; index < count; index = next++)
      results[index] = replay_one(index);
  };
  const auto wanted = how.threads == 0 ? std::thread::hardware_concurrency() : how.threads;
  {
    std::vector<std::jthread> others;
    for (std::size_t i = 1; i < std::min<std::size_t>(wanted, count); ++i)
      others.emplace_back(work);
    work();
  }
  replay_report report;
  for (auto& each : results) {
    if (how.skip_other_types && !each.workflow_type.empty() && !knows(each.workflow_type))
      report.skipped.push_back(std::move(each.source));
    else
      report.results.push_back(std::move(each));
  }
  return report;
}

bool replay_report::ok() const noexcept {
  return !results.empty() && std::ranges::all_of(results, &replay_result::ok);
}

std::string replay_report::text() const {
  std::size_t fit = 0;
  std::size_t differ = 0;
  std::string lines;
  for (const auto& each : results) {
    if (each.ok()) {
      ++fit;
      continue;
    }
    differ += each.nondeterministic ? 1 : 0;
    lines += each.nondeterministic ? "  would not go on: " : "  failed: ";
    lines += each.source;
    if (!each.workflow_type.empty())
      lines +=
          " (" + each.workflow_type + (each.run_id.empty() ? "" : ", run " + each.run_id) + ")";
    lines += ": " + each.message + "\n";
  }
  auto text = std::to_string(results.size()) + " histories replayed: " + std::to_string(fit)
              + " fit, " + std::to_string(differ) + " would not go on, "
              + std::to_string(results.size() - fit - differ) + " failed";
  if (!skipped.empty())
    text += "; " + std::to_string(skipped.size()) + " of other types skipped";
  return text + "\n" + lines;
}

} // namespace troupe::testing

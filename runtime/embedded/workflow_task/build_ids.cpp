// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/workflow_task/build_ids.hpp"

#include "runtime/base/text/json_text.hpp"
#include "runtime/base/time/saturate.hpp"
#include "runtime/base/time/time.hpp"

#include <algorithm>
#include <string_view>

#pragma GCC diagnostic ignored "-Wdeprecated-declarations" // checksums are still noted

namespace troupe::embedded {
namespace {

/// Of so many builds a run remembers where it could be reset to, the latest ones.
constexpr int max_reset_points = 20;

/// The search attribute has a limit, and what it is written with takes a part of it.
constexpr std::size_t largest_build_ids = 2048;
constexpr std::size_t build_ids_frame = std::string_view{R"(["unversioned"])"}.size();
constexpr std::size_t build_id_frame = std::string_view{R"(,"unversioned:")"}.size();

/// Those of the points, each once.
std::vector<std::string_view> checksums_of(const api::workflow::v1::ResetPoints& points) {
  std::vector<std::string_view> all;
  for (const auto& each : points.points())
    if (!each.binary_checksum().empty()
        && std::ranges::find(all, each.binary_checksum()) == all.end())
      all.emplace_back(each.binary_checksum());
  return all;
}

void put_list(const char* name, const std::string& items, api::common::v1::SearchAttributes& to) {
  auto& payload = (*to.mutable_indexed_fields())[name];
  (*payload.mutable_metadata())["encoding"] = "json/plain";
  (*payload.mutable_metadata())["type"] = "KeywordList";
  payload.set_data('[' + items + ']');
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blank = " \t\r\n";
  const auto from = std::min(text.find_first_not_of(blank), text.size());
  return text.substr(from, text.find_last_not_of(blank) + 1 - from);
}

/// What a workflow put there itself: the items of the list in JSON.
std::string upserted_builds(const api::common::v1::SearchAttributes& in) {
  const auto found = in.indexed_fields().find("BuildIds");
  if (found == in.indexed_fields().end())
    return {};
  const auto text = trimmed(found->second.data());
  return text.size() < 2 ? std::string{} : std::string{trimmed(text.substr(1, text.size() - 2))};
}

/// True if the run had not noted it yet.
bool note_id(run_state& state, const std::string& build_id) {
  state.last_build_id = build_id;
  if (state.build_ids && std::ranges::find(*state.build_ids, build_id) != state.build_ids->end())
    return false;
  auto& ids = state.build_ids.edit();
  ids.push_back(build_id);
  std::size_t bytes = build_ids_frame;
  for (const auto& each : ids)
    bytes += build_id_frame + each.size();
  auto kept = ids.begin();
  for (; bytes > largest_build_ids && kept + 1 != ids.end(); ++kept)
    bytes -= build_id_frame + kept->size();
  ids.erase(ids.begin(), kept);
  return true;
}

/// A reset would do again what is under way with other workflows.
bool is_resettable(const run& on) {
  return on.state.peers.empty();
}

} // namespace

void note_build(change& ch, run& on, const worker_build& build, std::int64_t completed_event_id) {
  auto& state = on.state;
  if (note_id(state, build.id))
    ch.show(on);
  if (state.reset_points
      && std::ranges::any_of(state.reset_points->points(), [&](const auto& each) {
           return each.build_id() == build.id && each.binary_checksum() == build.binary_checksum;
         }))
    return;
  if (!build.binary_checksum.empty())
    ch.show(on);
  auto& points = *state.reset_points.edit().mutable_points();
  auto& point = *points.Add();
  point.set_build_id(build.id);
  point.set_binary_checksum(build.binary_checksum);
  point.set_run_id(on.id);
  point.set_first_workflow_task_completed_id(completed_event_id);
  to_proto(ch.now(), *point.mutable_create_time());
  point.set_resettable(is_resettable(on));
  if (points.size() > max_reset_points)
    points.DeleteSubrange(0, points.size() - max_reset_points);
}

void show_builds(const run_state& state, api::common::v1::SearchAttributes& to) {
  std::string list;
  if (state.build_ids) {
    list = upserted_builds(to);
    constexpr std::string_view unversioned = R"("unversioned")";
    if (list.find(unversioned) == std::string::npos)
      list = list.empty() ? std::string{unversioned} : std::string{unversioned} + ',' + list;
    for (const auto& build_id : *state.build_ids)
      if (const auto item = quote_json("unversioned:" + build_id);
          !build_id.empty() && list.find(item) == std::string::npos)
        list += ',' + item;
    put_list("BuildIds", list, to);
  }
  list.clear();
  if (state.reset_points)
    for (const auto& checksum : checksums_of(*state.reset_points))
      list += (list.empty() ? "" : ",") + quote_json(std::string{checksum});
  if (!list.empty())
    put_list("BinaryChecksums", list, to);
}

void replace_builds(run_state& state, const api::common::v1::SearchAttributes& upserted) {
  if (upserted.indexed_fields().contains("BuildIds"))
    state.build_ids = {};
}

void carry_reset_points(
    const change& ch, run& on, api::history::v1::WorkflowExecutionStartedEventAttributes& to) {
  if (!on.state.reset_points || on.state.reset_points->points().empty())
    return;
  const auto kept = ch.around.known.retention(ch.rec.namespace_id);
  auto& points = *on.state.reset_points.edit().mutable_points();
  const auto now = ch.now();
  const auto over = [&](const auto& each) {
    return each.has_expire_time() && from_proto(each.expire_time()) <= now;
  };
  points.erase(std::remove_if(points.begin(), points.end(), over), points.end());
  for (auto& each : points)
    if (!each.has_expire_time() && kept)
      to_proto(later(now, *kept), *each.mutable_expire_time());
  *to.mutable_prev_auto_reset_points() = *on.state.reset_points;
}

} // namespace troupe::embedded

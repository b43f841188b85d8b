// SPDX-License-Identifier: Apache-2.0
#include "runtime/workflow/history/event_table.hpp"

#include <boost/test/unit_test.hpp>
#include <temporal/api/enums/v1/command_type.pb.h>
#include <temporal/api/history/v1/message.pb.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <string>
#include <vector>

using namespace troupe::workflow;
using namespace temporal::api::enums::v1;
using temporal::api::history::v1::HistoryEvent;

namespace {

std::vector<const event_row*> all_rows() {
  std::vector<const event_row*> rows;
  for (int type = 0; type <= EventType_MAX; ++type)
    if (const auto* row = find_event(type))
      rows.push_back(row);
  return rows;
}

std::string name_of(const event_row& row) {
  return EventType_Name(static_cast<EventType>(row.type));
}

/// An event of the row's type, whose reference to another event is `id`.
HistoryEvent referring(const event_row& row, std::int64_t id) {
  HistoryEvent event;
  event.set_event_type(static_cast<EventType>(row.type));
  auto field = name_of(row).substr(std::string{"EVENT_TYPE_"}.size()) + "_EVENT_ATTRIBUTES";
  std::ranges::transform(field, field.begin(), [](unsigned char c) { return std::tolower(c); });
  auto& attributes =
      *event.GetReflection()->MutableMessage(&event, event.GetDescriptor()->FindFieldByName(field));
  const auto* reference = attributes.GetDescriptor()->FindFieldByName("scheduled_event_id");
  for (const char* name : {"initiated_event_id", "started_event_id"})
    if (reference == nullptr)
      reference = attributes.GetDescriptor()->FindFieldByName(name);
  attributes.GetReflection()->SetInt64(&attributes, reference, id);
  return event;
}

} // namespace

BOOST_AUTO_TEST_SUITE(event_table)

BOOST_AUTO_TEST_CASE(what_is_no_type_or_a_newer_one_has_no_row) {
  for (const int type : {-1, 0, EventType_MAX + 1, 9999})
    BOOST_CHECK(find_event(type) == nullptr);
  // Nobody can have asked for it, and a run can do without it.
  BOOST_CHECK(find_event(EVENT_TYPE_WORKFLOW_PROPERTIES_MODIFIED_EXTERNALLY) == nullptr);
}

BOOST_AUTO_TEST_CASE(each_row_stands_where_its_type_is_looked_up) {
  BOOST_CHECK_GT(all_rows().size(), 40u);
  for (const auto* row : all_rows())
    BOOST_CHECK_EQUAL(find_event(row->type)->type, row->type);
}

BOOST_AUTO_TEST_CASE(each_command_has_one_image_but_messages_have_several) {
  std::map<int, int> images;
  for (const auto* row : all_rows())
    if (row->command != 0)
      ++images[row->command];
  for (const auto& [command, count] : images)
    BOOST_CHECK_EQUAL(count, command == COMMAND_TYPE_PROTOCOL_MESSAGE ? 2 : 1);
  BOOST_CHECK_EQUAL(
      images.size(), static_cast<std::size_t>(CommandType_descriptor()->value_count() - 1));
}

BOOST_AUTO_TEST_CASE(what_happens_to_a_machine_names_the_event_that_began_it) {
  for (const auto* row : all_rows()) {
    const bool has_machine = row->of != machine_kind::none && row->of != machine_kind::run
                             && row->of != machine_kind::task;
    const bool begins = row->means == machine_input::recorded || !has_machine;
    BOOST_CHECK_MESSAGE((row->begun_by == nullptr) == begins, name_of(*row));
    if (row->begun_by != nullptr)
      BOOST_CHECK_MESSAGE(row->begun_by(referring(*row, 77)) == 77, name_of(*row));
  }
}

BOOST_AUTO_TEST_CASE(the_code_is_told_of_everything_but_tasks_and_its_own_commands) {
  for (const auto* row : all_rows()) {
    const bool is_told = row->group != event_group::untold;
    BOOST_CHECK_MESSAGE(!is_told || row->command == 0, name_of(*row));
    BOOST_CHECK_MESSAGE(!is_told || row->of != machine_kind::task, name_of(*row));
    BOOST_CHECK_MESSAGE(
        is_told || row->command != 0 || row->of == machine_kind::task
            || row->of == machine_kind::run,
        name_of(*row));
    BOOST_CHECK_MESSAGE(!row->is_peeked_at || row->command != 0, name_of(*row));
  }
}

BOOST_AUTO_TEST_SUITE_END()

// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/log/protobuf_log.hpp"
#include "runtime/base/wire/text_check.hpp"

#include <boost/test/unit_test.hpp>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace {

namespace wire = temporal::api::workflowservice::v1;
using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

const std::string bad = "caf\xc3 and \xff";

/// Fields to follow from a message to one of its strings or bytes.
using way = std::vector<const FieldDescriptor*>;

/// Every string (or bytes) that a message of this type can hold, each type once on a way.
void each_way(
    const Descriptor& type,
    FieldDescriptor::Type wanted,
    way& so_far,
    const std::function<void(const way&)>& visit) {
  for (const auto* before : so_far)
    if (before != so_far.back() && before->message_type() == &type)
      return;
  for (int i = 0; i < type.field_count(); ++i) {
    const auto* field = type.field(i);
    so_far.push_back(field);
    if (field->type() == wanted)
      visit(so_far);
    else if (field->message_type() != nullptr && so_far.size() < 9)
      each_way(*field->message_type(), wanted, so_far, visit);
    so_far.pop_back();
  }
}

/// Sets what the way leads to, and says how its path has to read.
std::string set_at(Message& in, const way& to, std::size_t from, const std::string& value) {
  const auto& field = *to[from];
  const auto& access = *in.GetReflection();
  auto name = field.name();
  if (from + 1 == to.size()) {
    if (field.is_repeated()) {
      access.AddString(&in, &field, "good");
      access.AddString(&in, &field, value);
      return name + "[1]";
    }
    access.SetString(&in, &field, value);
    return name;
  }
  if (field.is_map()) {
    auto& entry = *access.AddMessage(&in, &field);
    const auto& key = *field.message_type()->map_key();
    if (to[from + 1] == &key) {
      set_at(entry, to, from + 1, value);
      return name + " (a key)";
    }
    entry.GetReflection()->SetString(&entry, &key, "k");
    auto inside = set_at(entry, to, from + 1, value);
    return name + "[k]" + inside.substr(std::string{"value"}.size());
  }
  if (field.is_repeated()) {
    access.AddMessage(&in, &field);
    return name + "[1]." + set_at(*access.AddMessage(&in, &field), to, from + 1, value);
  }
  return name + "." + set_at(*access.MutableMessage(&in, &field), to, from + 1, value);
}

template <class Request>
std::size_t check_all(FieldDescriptor::Type wanted) {
  std::size_t count = 0;
  way so_far;
  each_way(*Request::descriptor(), wanted, so_far, [&](const way& to) {
    ++count;
    Request request;
    const auto path = set_at(request, to, 0, bad);
    const auto found = troupe::find_bad_text(*Request::descriptor(), request.SerializeAsString());
    if (wanted == FieldDescriptor::TYPE_STRING)
      BOOST_TEST(found == path);
    else
      BOOST_TEST(found.empty(), path << " may hold anything, but: " << found);
    Request fine;
    set_at(fine, to, 0, "caf\xc3\xa9, \xe4\xb8\xad and \xf0\x9f\x8e\xad");
    BOOST_TEST(
        troupe::find_bad_text(*Request::descriptor(), fine.SerializeAsString()).empty(), path);
  });
  return count;
}

// Protobuf has a line for each of these messages.
struct quiet {
  quiet() { troupe::adopt_protobuf_log(); }
};

} // namespace

BOOST_AUTO_TEST_SUITE(text_check, *boost::unit_test::fixture<quiet>())

BOOST_AUTO_TEST_CASE(every_string_of_a_workers_answers_is_looked_at_and_named) {
  constexpr auto text = FieldDescriptor::TYPE_STRING;
  BOOST_TEST(check_all<wire::RespondWorkflowTaskCompletedRequest>(text) >= 200u);
  BOOST_TEST(check_all<wire::RespondWorkflowTaskFailedRequest>(text) >= 36u);
  BOOST_TEST(check_all<wire::RespondQueryTaskCompletedRequest>(text) >= 28u);
  BOOST_TEST(check_all<wire::RespondNexusTaskCompletedRequest>(text) >= 39u);
  BOOST_TEST(check_all<wire::RespondNexusTaskFailedRequest>(text) >= 32u);
  BOOST_TEST(check_all<wire::StartWorkflowExecutionRequest>(text) > 30u);
}

BOOST_AUTO_TEST_CASE(bytes_may_hold_anything) {
  constexpr auto bytes = FieldDescriptor::TYPE_BYTES;
  BOOST_TEST(check_all<wire::RespondWorkflowTaskCompletedRequest>(bytes) > 50u);
  BOOST_TEST(check_all<wire::RespondNexusTaskCompletedRequest>(bytes) > 5u);
}

BOOST_AUTO_TEST_CASE(a_cause_deep_inside_is_found) {
  wire::RespondWorkflowTaskFailedRequest request;
  auto* level = request.mutable_failure();
  std::string path = "failure";
  for (int depth = 0; depth < 60; ++depth) {
    level = level->mutable_cause();
    path += ".cause";
  }
  level->set_message(bad);
  BOOST_TEST(
      troupe::find_bad_text(*request.GetDescriptor(), request.SerializeAsString())
      == path + ".message");
}

BOOST_AUTO_TEST_CASE(an_empty_message_has_nothing_bad) {
  BOOST_TEST(
      troupe::find_bad_text(*wire::RespondWorkflowTaskCompletedRequest::descriptor(), "").empty());
}

BOOST_AUTO_TEST_SUITE_END()

// SPDX-License-Identifier: Apache-2.0
#include "apps/troupe/workflow/workflow_fix_history.hpp"

#include "apps/troupe/line/add_command.hpp"
#include "apps/troupe/line/flags.hpp"
#include "apps/troupe/line/input_file.hpp"
#include "apps/troupe/terminal/output.hpp"
#include "apps/troupe/terminal/text.hpp"
#include "runtime/base/file.hpp"
#include "runtime/base/text/utf8.hpp"

#include <CLI/CLI.hpp>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/util/json_util.h>
#include <temporal/api/history/v1/message.pb.h>

#include <cctype>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <string>
#include <system_error>
#include <utility>

namespace troupe::cli {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;

const FieldDescriptor* field_of(const Descriptor& of, const std::string& name) {
  for (int i = 0; i != of.field_count(); ++i)
    if (of.field(i)->json_name() == name || of.field(i)->name() == name)
      return of.field(i);
  return nullptr;
}

/// `TimerFired` is `EVENT_TYPE_TIMER_FIRED`: the names of an enum without what they share.
std::string full_name(const EnumDescriptor& of, const std::string& name) {
  if (of.FindValueByName(name) != nullptr)
    return name;
  std::string words;
  for (const char letter : name) {
    if (std::isupper(static_cast<unsigned char>(letter)) != 0 && !words.empty())
      words += '_';
    words += static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
  }
  for (int i = 0; i != of.value_count(); ++i) {
    const auto& known = of.value(i)->name();
    if (known.size() > words.size() && known.ends_with(words)
        && known[known.size() - words.size() - 1] == '_'
        && camel_case(known, known.substr(0, known.size() - words.size())) == name)
      return known;
  }
  return name;
}

void fix(json_value& value, const Descriptor& of);

void fix(json_value& value, const FieldDescriptor& of) {
  if (value.is == json_value::type::array) {
    for (auto& each : value.items)
      fix(each, of);
    return;
  }
  if (of.enum_type() != nullptr && value.is == json_value::type::string)
    value.text = full_name(*of.enum_type(), value.text);
  else if (of.message_type() != nullptr && value.is == json_value::type::object) {
    if (!of.is_map())
      return fix(value, *of.message_type());
    for (auto& each : value.items)
      fix(each, *of.message_type()->map_value());
  }
}

/// What is unknown goes: a number there may be larger than any that the reader takes.
void fix(json_value& value, const Descriptor& of) {
  json_value known;
  known.is = value.is;
  for (std::size_t i = 0; i != value.items.size(); ++i)
    if (const auto* field = field_of(of, value.names[i])) {
      fix(value.items[i], *field);
      known.names.push_back(std::move(value.names[i]));
      known.items.push_back(std::move(value.items[i]));
    }
  value = std::move(known);
}

struct fix_flags {
  std::string source, target;
};

std::string small(std::string text) {
  if (!text.empty())
    text.front() = static_cast<char>(std::tolower(static_cast<unsigned char>(text.front())));
  return text;
}

void fix_history(const fix_flags& what, const global_flags&) {
  constexpr std::size_t largest = std::size_t{1} << 30;
  const auto source = read_file(what.source, largest);
  if (!source.why_not.empty())
    throw command_error("open " + what.source + ": " + small(source.why_not));
  const auto fixed = fixed_history(source.bytes);
  if (what.target.empty())
    return print(fixed);
  errno = 0;
  std::ofstream to{what.target, std::ios::binary | std::ios::trunc};
  if (!to)
    throw command_error(
        "open " + what.target + ": " + small(std::generic_category().message(errno)));
  if (!(to << fixed).flush())
    throw command_error(
        "write " + what.target + ": " + small(std::generic_category().message(errno)));
}

} // namespace

std::string fixed_history(const std::string& json) {
  if (!is_utf8(json))
    throw command_error("the history is not UTF-8");
  auto value = parse_json(json);
  if (!value)
    throw command_error(json_fault(json, "the history"));
  if (value->is != json_value::type::object)
    throw command_error("the history is not a JSON object");
  temporal::api::history::v1::History history;
  fix(*value, *history.GetDescriptor());
  google::protobuf::util::JsonParseOptions lenient;
  lenient.ignore_unknown_fields = true;
  const auto text = write_json(*value);
  const auto status = google::protobuf::util::JsonStringToMessage(text, &history, lenient);
  if (!status.ok())
    throw command_error("this is no history: " + std::string{status.message()});
  return indent_json(to_json(history, payload_style::raw));
}

void add_workflow_fix_history_command(CLI::App& group, const global_flags& flags) {
  auto [command, what] = add_command<fix_flags>(
      group, flags, "fix-history-json", "Write a history of an older tool anew", fix_history);
  add_text(command, "-s,--source", what.source, "File to read")->required();
  add_text(command, "-t,--target", what.target, "File to write (default: stdout)");
}

} // namespace troupe::cli

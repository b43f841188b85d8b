// SPDX-License-Identifier: Apache-2.0
#include "apps/troupe/documents/manual.hpp"

#include <troupe/version.hpp>

#include <algorithm>
#include <cctype>

namespace troupe::cli {
namespace {

// A text that roff prints as it stands, also at the beginning of a line.
std::string roff(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\')
      out += "\\e";
    else if (c == '-')
      out += "\\-";
    else if ((c == '.' || c == '\'') && (out.empty() || out.back() == '\n'))
      (out += "\\&") += c;
    else
      out += c;
  }
  return out;
}

std::string page_name(std::string path) {
  std::ranges::replace(path, ' ', '-');
  return path;
}

std::string upper(std::string text) {
  std::ranges::transform(
      text, text.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

void add_flags(const table_command& command, std::string& page) {
  std::string group;
  for (const auto& flag : command.flags) {
    if (flag.group != group) {
      group = flag.group;
      page += ".SH " + upper(group) + '\n';
    }
    page += ".TP\n";
    std::string names;
    for (const auto& name : flag.names)
      names += (names.empty() ? "\\fB" : ", \\fB") + roff(name) + "\\fR";
    page += names;
    if (!flag.type.empty())
      page += " \\fI" + roff(flag.type) + "\\fR";
    page += '\n' + roff(flag.help);
    if (flag.required)
      page += " (required)";
    if (!flag.initially.empty())
      page += "\n.br\nDefault: " + roff(flag.initially);
    page += '\n';
  }
}

std::string page_of(const table_command& command, const std::string& above) {
  const auto name = page_name(command.path);
  std::string page = ".\\\" Written from the command table of troupe.\n";
  page += ".TH " + upper(roff(name)) + " 1 \"\" \"troupe " + std::string{version_text}
          + "\" \"Troupe\"\n.SH NAME\n" + roff(name) + " \\- " + roff(command.help)
          + "\n.SH SYNOPSIS\n\\fB" + roff(command.path) + "\\fR";
  if (!command.commands.empty())
    page += " \\fIcommand\\fR";
  page += " [\\fIflags\\fR]";
  for (const auto& argument : command.arguments)
    page += " [\\fI" + roff(argument) + "\\fR]";
  page += '\n';
  if (!command.commands.empty()) {
    page += ".SH COMMANDS\n";
    for (const auto& below : command.commands)
      page += ".TP\n\\fB" + roff(below.name()) + "\\fR\n" + roff(below.help) + '\n';
  }
  add_flags(command, page);
  std::string others = above;
  for (const auto& below : command.commands)
    others += (others.empty() ? "" : ", ") + ("\\fB" + roff(page_name(below.path)) + "\\fR(1)");
  if (!others.empty())
    page += ".SH SEE ALSO\n" + others + '\n';
  return page;
}

void add_pages(
    const table_command& command,
    const std::string& above,
    std::map<std::string, std::string>& pages) {
  const auto name = page_name(command.path);
  pages[name + ".1"] = page_of(command, above);
  for (const auto& below : command.commands)
    add_pages(below, "\\fB" + roff(name) + "\\fR(1)", pages);
}

} // namespace

std::map<std::string, std::string> manual_pages(const table_command& root) {
  std::map<std::string, std::string> pages;
  add_pages(root, "", pages);
  return pages;
}

} // namespace troupe::cli

// SPDX-License-Identifier: Apache-2.0
#include "apps/troupe/documents/completion.hpp"

#include <string_view>

namespace troupe::cli {
namespace {

// Both shells walk the words alike: a word that names a command below the one so far goes down to
// it, a flag with a value takes the next word. `_troupe_table PATH` fills `commands`, `flags` and
// `values` (the flags that take one), `_troupe_choices FLAG` fills `choices`.

constexpr std::string_view bash_walk = R"(
_troupe() {
  local commands flags values choices current=${COMP_WORDS[COMP_CWORD]} path=troupe flag= word i
  _troupe_table troupe
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    if [[ $word == = ]]; then
      continue
    elif [[ -n $flag ]]; then
      flag=
    elif [[ " $values " == *" $word "* ]]; then
      flag=$word
    elif [[ " $commands " == *" $word "* ]]; then
      path="$path $word"
      _troupe_table "$path"
    fi
  done
  [[ $current == = ]] && current=
  COMPREPLY=()
  if [[ -n $flag ]]; then
    _troupe_choices "$flag"
    if [[ -n $choices ]]; then
      COMPREPLY=($(compgen -W "$choices" -- "$current"))
    else
      compopt -o default
    fi
  elif [[ $current == -* ]]; then
    COMPREPLY=($(compgen -W "$flags" -- "$current"))
  else
    COMPREPLY=($(compgen -W "$commands" -- "$current"))
  fi
}
complete -F _troupe troupe
)";

constexpr std::string_view zsh_walk = R"(
_troupe() {
  local -a commands flags values choices
  local path_so_far=troupe flag= word i
  _troupe_table troupe
  for ((i = 2; i < CURRENT; i++)); do
    word=$words[i]
    if [[ -n $flag ]]; then
      flag=
    elif (( $values[(Ie)$word] )); then
      flag=$word
    elif [[ -n ${(M)commands:#$word:*} ]]; then
      path_so_far="$path_so_far $word"
      _troupe_table $path_so_far
    fi
  done
  if [[ -n $flag ]]; then
    _troupe_choices $flag
    if (( $#choices )); then
      compadd -- $choices
    else
      _files
    fi
  elif [[ $words[CURRENT] == -* ]]; then
    _describe -o flag flags
  else
    _describe command commands
  fi
}
if [[ $funcstack[1] == _troupe ]]; then
  _troupe "$@"
else
  compdef _troupe troupe
fi
)";

// For zsh: 'name:what it is for', in single quotes.
std::string described(const std::string& name, const std::string& help) {
  std::string out = "'";
  for (const char c : name + ':' + help)
    if (c == '\'')
      out += "'\\''";
    else
      out += c;
  return out + "'";
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words)
    out += (out.empty() ? "" : " ") + word;
  return out;
}

struct shell {
  std::string_view open, close; ///< around a list
  bool describes;
};
constexpr shell bash{"\"", "\"", false}, zsh{"(", ")", true};

std::string table_function(const table_command& root, const shell& in) {
  std::string out = "_troupe_table() {\n  case $1 in\n";
  for_each_command(root, [&](const table_command& command) {
    std::vector<std::string> commands, flags, values;
    for (const auto& below : command.commands)
      commands.push_back(in.describes ? described(below.name(), below.help) : below.name());
    for (const auto& flag : command.flags)
      for (const auto& name : flag.names) {
        flags.push_back(in.describes ? described(name, flag.help) : name);
        if (!flag.type.empty())
          values.push_back(name);
      }
    out += "  \"" + command.path + "\")\n";
    for (const auto& [name, list] :
         {std::pair{"commands", &commands}, {"flags", &flags}, {"values", &values}})
      out.append("    ")
          .append(name)
          .append("=")
          .append(in.open)
          .append(joined(*list))
          .append(in.close)
          .append("\n");
    out += "    ;;\n";
  });
  return out + "  esac\n}\n";
}

std::string choices_function(const table_command& root, const shell& in) {
  std::string out = "_troupe_choices() {\n  case \"$path_so_far $1\" in\n";
  if (!in.describes)
    out = "_troupe_choices() {\n  case \"$path $1\" in\n";
  for_each_command(root, [&](const table_command& command) {
    for (const auto& flag : command.flags)
      if (!flag.choices.empty())
        for (const auto& name : flag.names)
          out.append("  \"")
              .append(command.path)
              .append(" ")
              .append(name)
              .append("\") choices=")
              .append(in.open)
              .append(joined(flag.choices))
              .append(in.close)
              .append(" ;;\n");
  });
  return out + "  *) choices=" + std::string{in.open} + std::string{in.close} + " ;;\n  esac\n}\n";
}

} // namespace

std::string bash_completion(const table_command& root) {
  return "# Completion of troupe for bash, written by `troupe completion bash`.\n\n"
         + table_function(root, bash) + '\n' + choices_function(root, bash)
         + std::string{bash_walk};
}

std::string zsh_completion(const table_command& root) {
  return "#compdef troupe\n# Completion of troupe for zsh, written by `troupe completion zsh`.\n\n"
         + table_function(root, zsh) + '\n' + choices_function(root, zsh) + std::string{zsh_walk};
}

} // namespace troupe::cli

// Long, because one reader knows both spellings. Sources: libuci, file.c (uci_parse_line, parse_str, parse_single_quote, parse_double_quote, uci_parse_option), cli.c (uci_show_value), 2024.
#include "importers/openwrt/parse.h"

#include <algorithm>
#include <array>
#include <unordered_map>

#include "importers/openwrt/words.h"

namespace fwproof::importers::openwrt {
namespace {

using model::DiagnosticId;
using model::Severity;

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f'; }

bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
}

// Reads the words of one command; a quoted word may reach over lines.
class Words {
 public:
  Words(std::span<const std::string_view> lines, size_t line, size_t column) : lines_(lines), line_(line), at_(column) {}

  // The next word of the line; nothing at its end, at a comment or at `;`.
  bool next(std::string& word) {
    word.clear();
    while (at_ < text().size() && is_blank(text()[at_])) ++at_;
    if (at_ >= text().size() || text()[at_] == '#' || text()[at_] == ';') return false;
    while (at_ < text().size() && !is_blank(text()[at_])) {
      const char c = text()[at_];
      if (c == '#' || c == ';') break;
      if (c == '\'' || c == '"') {
        if (!quoted(c, word)) return false;
        continue;
      }
      if (c == '\\' && at_ + 1 < text().size()) ++at_;
      word += text()[at_++];
    }
    return true;
  }

  bool unterminated() const { return unterminated_; }
  size_t line() const { return line_; }
  size_t column() const { return at_; }
  // A `;` ends a command, another may follow.
  bool more() {
    while (at_ < text().size() && is_blank(text()[at_])) ++at_;
    if (at_ >= text().size() || text()[at_] != ';') return false;
    ++at_;
    return true;
  }

 private:
  std::string_view text() const { return lines_[line_]; }

  bool quoted(char quote, std::string& word) {
    const size_t line = line_, at = at_, size = word.size();
    ++at_;
    while (true) {
      if (at_ >= text().size()) {
        // Config values are short; a quote that stays open for long was forgotten, and looking on for each would be quadratic.
        constexpr size_t kMaxLines = 64;
        if (line_ + 1 >= lines_.size() || line_ - line >= kMaxLines) break;
        ++line_;
        at_ = 0;
        word += '\n';
        continue;
      }
      const char c = text()[at_++];
      if (c == quote) return true;
      if (c == '\\' && quote == '"' && at_ < text().size()) word += text()[at_++];
      else word += c;
    }
    line_ = line;
    at_ = at;
    word.resize(size);
    unterminated_ = true;
    return false;
  }

  std::span<const std::string_view> lines_;
  size_t line_;
  size_t at_;
  bool unterminated_ = false;
};

// "firewall.@rule[0].src" → package, section, option; false when it is not of that form.
struct DottedKey {
  std::string_view package, section, option;
};

bool split_key(std::string_view line, DottedKey& key, size_t& value_at) {
  const size_t equals = line.substr(0, 400).find('=');
  if (equals == std::string_view::npos) return false;
  std::string_view text = line.substr(0, equals);
  value_at = equals + 1;
  const size_t first = text.find('.');
  if (first == std::string_view::npos || first == 0) return false;
  key.package = text.substr(0, first);
  text = text.substr(first + 1);
  const size_t second = text.find('.');
  key.section = text.substr(0, second);
  key.option = second == std::string_view::npos ? std::string_view() : text.substr(second + 1);
  const auto plain = [](std::string_view word) { return !word.empty() && std::all_of(word.begin(), word.end(), is_name_char); };
  if (!plain(key.package) || (second != std::string_view::npos && !plain(key.option))) return false;
  if (plain(key.section)) return true;
  if (!key.section.starts_with('@') || !key.section.ends_with(']')) return false;
  const size_t bracket = key.section.find('[');
  return bracket != std::string_view::npos && plain(key.section.substr(1, bracket - 1));
}

class Parser {
 public:
  explicit Parser(Parsed& parsed) : parsed_(parsed) {}

  void read(const Section& section) {
    section_ = &section;
    current_ = kNone;
    package_.clear();
    for (size_t i = 0; i < section.lines.size(); i = next_line_) {
      next_line_ = i + 1;
      line(i);
    }
  }

 private:
  static constexpr size_t kNone = ~size_t{0};

  Value value_at(size_t first, size_t last, std::string text) const {
    Value value;
    value.text = std::move(text);
    value.origin = {section_->file, static_cast<uint32_t>(section_->first_line + first)};
    value.last_line = static_cast<uint32_t>(section_->first_line + last);
    value.line = section_->lines[first];
    return value;
  }

  void problem(size_t at, DiagnosticId id, Severity severity, std::string message) {
    parsed_.problems.push_back({id, severity, value_at(at, at, ""), std::move(message)});
  }

  void line(size_t at) {
    const std::string_view text = section_->lines[at];
    const size_t start = text.find_first_not_of(" \t\r\v\f");
    if (start == std::string_view::npos) return;
    if (text[start] == '#') {
      parsed_.comments.push_back(value_at(at, at, ""));
      return;
    }
    DottedKey key;
    size_t value_column = 0;
    if (start == 0 && split_key(text, key, value_column)) return dotted(at, key, value_column);
    for (size_t column = start;;) {
      Words words(section_->lines, at, column);
      if (!command(at, words)) return;
      next_line_ = words.line() + 1;
      if (!words.more()) return;
      at = words.line();
      column = words.column();
    }
  }

  // One command; false when the rest of the line is not to be read.
  bool command(size_t at, Words& words) {
    std::vector<std::string> args;
    for (std::string word; args.size() < 64 && words.next(word);) args.push_back(word);
    if (words.unterminated()) {
      problem(at, DiagnosticId::input_truncated, Severity::error, "a quote is opened here and never closed");
      return false;
    }
    if (args.empty()) return true;
    const std::string& verb = args[0];
    const Value place = value_at(at, words.line(), args.size() > 1 ? args[1] : std::string());
    if (verb == "package" || verb == "p") return package(at, place, args);
    if (verb == "config" || verb == "c") return config(at, place, args);
    if (verb == "option" || verb == "o" || verb == "list" || verb == "l") return option(at, place, args);
    problem(at, DiagnosticId::line_unrecognised, Severity::warning, "'" + verb.substr(0, 40) + "' is no command of UCI");
    return true;
  }

  bool package(size_t at, const Value& place, const std::vector<std::string>& args) {
    if (args.size() < 2) return problem(at, DiagnosticId::line_unrecognised, Severity::warning, "package without a name"), true;
    package_ = args[1];
    current_ = kNone;
    parsed_.packages.push_back(place);
    return true;
  }

  bool config(size_t at, const Value& place, const std::vector<std::string>& args) {
    if (args.size() < 2) return problem(at, DiagnosticId::line_unrecognised, Severity::warning, "config without a type"), true;
    UciSection section;
    section.package = package_;
    section.type = args[1];
    if (args.size() > 2) section.name = args[2];
    section.head = place;
    parsed_.config.sections.push_back(std::move(section));
    current_ = parsed_.config.sections.size() - 1;
    return true;
  }

  bool option(size_t at, const Value& place, const std::vector<std::string>& args) {
    if (current_ == kNone)
      return problem(at, DiagnosticId::line_unrecognised, Severity::warning, "an option in front of the first section"), true;
    if (args.size() < 2) return problem(at, DiagnosticId::line_unrecognised, Severity::warning, "option without a name"), true;
    Value value = place;
    value.text = args.size() > 2 ? args[2] : std::string();
    add(parsed_.config.sections[current_], args[1], std::move(value), args[0][0] == 'l');
    return true;
  }

  // A later `option` replaces, a `list` adds (uci_parse_option).
  void add(UciSection& section, std::string_view name, Value value, bool is_list) {
    constexpr size_t kMaxOptions = 512;   // of one section; looking each up among the others is quadratic
    for (Option& option : section.options) {
      if (option.name != name) continue;
      if (!is_list) {
        option.overridden.insert(option.overridden.end(), option.values.begin(), option.values.end());
        option.values.clear();
      }
      option.is_list = is_list;
      option.values.push_back(std::move(value));
      return;
    }
    if (section.options.size() >= kMaxOptions) {
      parsed_.problems.push_back({DiagnosticId::input_too_large, Severity::warning, std::move(value), "more than 512 different options in one section"});
      return;
    }
    section.options.push_back({std::string(name), {std::move(value)}, is_list, {}});
  }

  void dotted(size_t at, const DottedKey& key, size_t value_column) {
    Words words(section_->lines, at, value_column);
    std::vector<std::string> values;
    for (std::string word; words.next(word);) values.push_back(word);
    if (words.unterminated()) return problem(at, DiagnosticId::input_truncated, Severity::error, "a quote is opened here and never closed");
    next_line_ = words.line() + 1;
    const std::string id = std::string(key.package) + "." + std::string(key.section);
    if (key.option.empty()) return dotted_section(at, key, id, values);
    const auto found = dotted_.find(id);
    if (found == dotted_.end())
      return problem(at, DiagnosticId::line_unrecognised, Severity::warning, "the section '" + id.substr(0, 80) + "' is not in front of its options");
    for (size_t i = 0; i < std::max<size_t>(values.size(), 1); ++i)
      add(parsed_.config.sections[found->second], key.option, value_at(at, words.line(), values.empty() ? std::string() : values[i]), values.size() > 1);
  }

  void dotted_section(size_t at, const DottedKey& key, const std::string& id, const std::vector<std::string>& values) {
    UciSection section;
    section.package = std::string(key.package);
    section.type = values.empty() ? std::string() : values[0];
    if (!key.section.starts_with('@')) section.name = std::string(key.section);
    section.head = value_at(at, at, section.type);
    section.dotted = true;
    dotted_[id] = parsed_.config.sections.size();
    parsed_.config.sections.push_back(std::move(section));
  }

  Parsed& parsed_;
  const Section* section_ = nullptr;
  std::string package_;
  size_t current_ = kNone;
  size_t next_line_ = 0;
  std::unordered_map<std::string, size_t> dotted_;
};

// ---- packages ----

// Where a type stands in two packages, its options tell, else its neighbours.
std::string_view package_by_options(const UciSection& section) {
  const auto any = [&](std::initializer_list<std::string_view> names) {
    return std::any_of(names.begin(), names.end(), [&](std::string_view name) { return section.find(name) != nullptr; });
  };
  if (section.type == "rule") {
    if (any({"lookup", "goto", "action", "priority", "suppress_prefixlength", "uidrange"})) return "network";
    if (any({"target", "proto", "family", "dest_port", "src_port", "src_ip", "dest_ip", "name"})) return "firewall";
  }
  if (section.type == "include" && any({"path"})) return "firewall";
  if (section.type == "ipset") {
    if (any({"domain", "netifd"})) return "dhcp";
    const Option* name = section.find("name");
    if (name != nullptr && name->is_list) return "dhcp";
    if (any({"match", "family", "storage", "external", "entry", "loadfile", "enabled"})) return "firewall";
  }
  return {};
}

void assign_packages(std::vector<UciSection>& sections) {
  std::vector<size_t> open;
  std::string last;
  for (size_t i = 0; i < sections.size(); ++i) {
    UciSection& section = sections[i];
    if (!section.package.empty()) {
      last = section.package;
      continue;
    }
    std::string_view package = package_of_type(section.type);
    if (package.empty()) package = package_by_options(section);
    if (package.empty()) {
      section.package = last;
      if (last.empty()) open.push_back(i);
      continue;
    }
    section.package = last = std::string(package);
  }
  // Those in front of the first that tells belong to its package.
  const std::string first = open.size() < sections.size() ? sections[open.size()].package : "firewall";
  for (const size_t i : open) sections[i].package = first;
}

// Named sections of one name are one section; anonymous ones are numbered.
void join_sections(std::vector<UciSection>& sections, std::vector<Problem>& problems) {
  std::vector<UciSection> joined;
  std::unordered_map<std::string, std::string> types;
  std::unordered_map<std::string, size_t> by_name;
  std::unordered_map<std::string, uint32_t> counts;
  for (UciSection& section : sections) {
    if (!section.name.empty()) {
      const auto [type, first] = types.try_emplace(section.package + "." + section.name, section.type);
      if (!first && type->second != section.type && !section.dotted)
        problems.push_back({DiagnosticId::line_unrecognised, Severity::warning, section.head, "another section has this name and another type: libuci refuses the file"});
      const auto [found, added] = by_name.try_emplace(section.package + "." + section.type + "." + section.name, joined.size());
      if (!added) {
        UciSection& into = joined[found->second];
        into.more_heads.push_back(section.head);
        for (Option& option : section.options) {
          const auto same = std::find_if(into.options.begin(), into.options.end(), [&](const Option& o) { return o.name == option.name; });
          if (same == into.options.end()) {
            into.options.push_back(std::move(option));
            continue;
          }
          auto& old = option.is_list ? same->values : same->overridden;
          if (!option.is_list) {
            old.insert(old.end(), same->values.begin(), same->values.end());
            same->values = std::move(option.values);
          } else {
            old.insert(old.end(), option.values.begin(), option.values.end());
          }
          same->is_list = option.is_list;
        }
        continue;
      }
    }
    section.index = counts[section.package + "." + section.type]++;
    joined.push_back(std::move(section));
  }
  sections = std::move(joined);
}

// ---- recognition ----

std::string_view trimmed(std::string_view line) {
  const size_t start = line.find_first_not_of(" \t\r");
  return start == std::string_view::npos ? std::string_view() : line.substr(start);
}

bool starts_with_word(std::string_view line, std::string_view word) {
  return line.starts_with(word) && line.size() > word.size() && (line[word.size()] == ' ' || line[word.size()] == '\t');
}

// The next line that is neither blank nor a comment.
std::string_view following(std::span<const std::string_view> lines, size_t at) {
  constexpr size_t kLook = 20;
  for (size_t i = at + 1; i < lines.size() && i <= at + kLook; ++i)
    if (const std::string_view line = trimmed(lines[i]); !line.empty() && line[0] != '#') return line;
  return {};
}

bool is_config_line(std::string_view line) {
  if (!starts_with_word(line, "config")) return false;
  line = trimmed(line.substr(6));
  const size_t end = line.find_first_of(" \t\r");
  std::string_view type = line.substr(0, end);
  if (type.size() > 2 && (type[0] == '\'' || type[0] == '"')) type = type.substr(1, type.size() - 2);
  if (package_of_type(type).empty() && type != "rule" && type != "ipset" && type != "include") return false;
  const std::string_view rest = end == std::string_view::npos ? std::string_view() : trimmed(line.substr(end));
  return rest.empty() || rest[0] == '\'' || rest[0] == '"' || rest[0] == '#' || rest.find_first_of(" \t") == std::string_view::npos;
}

}  // namespace

const Option* UciSection::find(std::string_view option) const {
  for (const Option& each : options)
    if (each.name == option) return &each;
  return nullptr;
}

std::string UciSection::id() const { return name.empty() ? "@" + type + "[" + std::to_string(index) + "]" : name; }

Parsed parse(std::span<const Section> sections) {
  Parsed parsed;
  Parser parser(parsed);
  size_t begin = 0;
  std::vector<UciSection> all;
  for (const Section& section : sections) {
    parser.read(section);
    // Packages are told apart per run of lines: another file is another package.
    std::vector<UciSection> part(std::make_move_iterator(parsed.config.sections.begin() + static_cast<long>(begin)),
                                 std::make_move_iterator(parsed.config.sections.end()));
    assign_packages(part);
    std::move(part.begin(), part.end(), parsed.config.sections.begin() + static_cast<long>(begin));
    begin = parsed.config.sections.size();
  }
  join_sections(parsed.config.sections, parsed.problems);
  return parsed;
}

Claim starts_at(std::span<const std::string_view> lines, size_t at) {
  const std::string_view line = trimmed(lines[at]);
  if (line.empty()) return Claim::no;
  if (line[0] == 'c' && is_config_line(line)) {
    const std::string_view next = following(lines, at);
    const bool uci = next.empty() || starts_with_word(next, "option") || starts_with_word(next, "list") || is_config_line(next);
    return uci ? Claim::yes : Claim::no;
  }
  if (line[0] == 'p' && starts_with_word(line, "package")) return starts_with_word(following(lines, at), "config") ? Claim::yes : Claim::no;
  DottedKey key;
  size_t value = 0;
  if ((line[0] == 'f' || line[0] == 'n' || line[0] == 'd') && split_key(line, key, value) &&
      (key.package == "firewall" || key.package == "network" || key.package == "dhcp"))
    return key.option.empty() && value < line.size() ? Claim::yes : Claim::no;
  return Claim::no;
}

}  // namespace fwproof::importers::openwrt

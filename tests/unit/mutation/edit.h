// Changes to one rule of an export, in the export's own syntax: what somebody does to a rule by mistake.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fwproof::tests::mutation {

enum class Kind { remove, narrow, widen, shadow, protocol, host, disabled, profile, port, program, by_default };
inline constexpr std::pair<Kind, std::string_view> kKinds[] = {
    {Kind::remove, "remove"},     {Kind::narrow, "narrow"},   {Kind::widen, "widen"},     {Kind::shadow, "shadow"},
    {Kind::protocol, "protocol"}, {Kind::host, "wrong host"}, {Kind::disabled, "disabled"}, {Kind::profile, "wrong profile"},
    {Kind::port, "wrong port"},   {Kind::program, "wrong program"}, {Kind::by_default, "block by default"}};

// The values that a mutation writes; nothing else in the fixtures has them.
inline constexpr std::string_view kOtherHost = "198.51.100.99";
inline constexpr std::string_view kOtherPort = "7777";
inline constexpr std::string_view kHalfOfAll = "0.0.0.0/1";

using Lines = std::vector<std::string>;

// An edited file, or why there is none: `why` then says what the rule or the format does not have.
struct Edited {
  std::optional<Lines> lines;
  std::string why;
};

// A rule as its file has it: line is 1-based and is the first one, or any line of it.
struct Place {
  const Lines& lines;
  size_t line;
  std::string profile;   // the one that the host is in
  std::string ports;     // of the row
  bool outbound = false; // the row leads to whom nobody here protects: widening is about another port
};

// The format's name, by what stands at the line; empty: none of them.
std::string_view format_at(const Place& place);
Edited edit(const Place& place, Kind kind);

namespace detail {

inline bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

inline std::string trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t");
  return first == std::string_view::npos ? "" : std::string(text.substr(first, text.find_last_not_of(" \t") + 1 - first));
}

// A proper part of a list of addresses: without its last entry, or the first half of its one prefix or range.
inline std::optional<std::string> part_of(const std::string& list) {
  if (list.empty() || list == "Any" || list == "any") return std::string(kHalfOfAll);
  if (const size_t comma = list.rfind(','); comma != std::string::npos) return list.substr(0, comma);
  if (const size_t dash = list.find('-'); dash != std::string::npos) return list.substr(0, dash);
  const size_t slash = list.find('/');
  if (slash == std::string::npos || list.substr(slash) == "/32") return std::nullopt;
  return list.substr(0, slash + 1) + std::to_string(std::stoi(list.substr(slash + 1)) + 1);
}

inline Edited replaced(const Place& place, size_t first, size_t count, const Lines& by) {
  Lines lines = place.lines;
  lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(first), lines.begin() + static_cast<std::ptrdiff_t>(first + count));
  lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(first), by.begin(), by.end());
  return {std::move(lines), ""};
}

inline Edited impossible(std::string why) { return {std::nullopt, std::move(why)}; }

// ---- netsh advfirewall firewall show rule ----

struct Listed {
  size_t first = 0, count = 0;
  Lines lines;

  std::string* value_line(std::string_view label) {
    for (std::string& line : lines)
      if (line.starts_with(label) && line.substr(label.size()).starts_with(":")) return &line;
    return nullptr;
  }
  std::string get(std::string_view label) {
    const std::string* line = value_line(label);
    return line ? trimmed(std::string_view(*line).substr(label.size() + 1)) : "";
  }
  Listed& set(std::string_view label, std::string_view value) {
    std::string written(label);
    written += ':';
    written.resize(38, ' ');
    written += value;
    if (std::string* line = value_line(label)) *line = written;
    return *this;
  }
};

inline Listed listed_rule(const Place& place) {
  const auto starts = [&](size_t at) { return place.lines[at].starts_with("Rule Name:"); };
  Listed rule;
  rule.first = place.line - 1;
  while (rule.first > 0 && !starts(rule.first)) --rule.first;
  while (rule.first + rule.count < place.lines.size() && !place.lines[rule.first + rule.count].starts_with("Action:")) ++rule.count;
  ++rule.count;
  rule.lines.assign(place.lines.begin() + static_cast<std::ptrdiff_t>(rule.first), place.lines.begin() + static_cast<std::ptrdiff_t>(rule.first + rule.count));
  return rule;
}

inline std::string other_profiles(const std::string& profile) {
  return profile == "domain" ? "Private,Public" : profile == "private" ? "Domain,Public" : "Domain,Private";
}

inline Edited edit_listing(const Place& place, Kind kind) {
  Listed rule = listed_rule(place);
  const auto with = [&](std::string_view label, std::string_view value) { return replaced(place, rule.first, rule.count, rule.set(label, value).lines); };
  switch (kind) {
    case Kind::remove: return replaced(place, rule.first, rule.count, {});
    case Kind::narrow: {
      const auto part = part_of(rule.get("RemoteIP"));
      return part ? with("RemoteIP", *part) : impossible("its source is one address");
    }
    case Kind::widen: return rule.get("RemoteIP") != "Any" ? with("RemoteIP", "Any") : with("LocalPort", rule.get("LocalPort") + "," + std::string(kOtherPort));
    case Kind::shadow: {
      Lines both = Listed(rule).set("Rule Name", "Blocks").set("Action", "Block").lines;
      both.push_back("");
      both.insert(both.end(), rule.lines.begin(), rule.lines.end());
      return replaced(place, rule.first, rule.count, both);
    }
    case Kind::protocol: return with("Protocol", "UDP");
    case Kind::host: return with("LocalIP", std::string(kOtherHost) + "/32");
    case Kind::disabled: return with("Enabled", "No");
    case Kind::profile: return with("Profiles", other_profiles(place.profile));
    case Kind::port: return with("LocalPort", kOtherPort);
    case Kind::program: return rule.value_line("Program") ? with("Program", "C:\\Tools\\other.exe") : impossible("it is bound to no program");
    case Kind::by_default: return impossible("a rule decides, not the default");
  }
  return {};
}

// ---- netsh advfirewall firewall add rule ----

inline std::string with_key(std::string command, std::string_view key, std::string_view value) {
  const std::string word = " " + std::string(key) + "=";
  const size_t at = command.find(word);
  if (at == std::string::npos) return command + word + std::string(value);
  const size_t end = command.find(' ', at + word.size());
  return command.replace(at + word.size(), end == std::string::npos ? end : end - at - word.size(), value);
}

inline std::string value_of(const std::string& command, std::string_view key) {
  const std::string word = " " + std::string(key) + "=";
  const size_t at = command.find(word);
  return at == std::string::npos ? "" : command.substr(at + word.size(), command.find(' ', at + 1) - at - word.size());
}

inline Edited edit_command(const Place& place, Kind kind) {
  const std::string& command = place.lines[place.line - 1];
  const auto with = [&](std::string_view key, std::string_view value) { return replaced(place, place.line - 1, 1, {with_key(command, key, value)}); };
  switch (kind) {
    case Kind::remove: return replaced(place, place.line - 1, 1, {});
    case Kind::narrow: {
      const auto part = part_of(value_of(command, "remoteip"));
      return part ? with("remoteip", *part) : impossible("its source is one address");
    }
    case Kind::widen:
      return value_of(command, "remoteip").empty() ? with("localport", value_of(command, "localport") + "," + std::string(kOtherPort)) : with("remoteip", "any");
    case Kind::shadow: return replaced(place, place.line - 1, 1, {command, with_key(command, "action", "block")});
    case Kind::protocol: return with("protocol", "UDP");
    case Kind::host: return with("localip", kOtherHost);
    case Kind::disabled: return with("enable", "no");
    case Kind::profile: return with("profile", other_profiles(place.profile));
    case Kind::port: return with("localport", kOtherPort);
    case Kind::program: return with("program", "C:\\Tools\\other.exe");
    case Kind::by_default: return impossible("a rule decides, not the default");
  }
  return {};
}

// ---- netsh advfirewall show allprofiles: no rule, but what happens without one ----

inline Edited edit_default(const Place& place, Kind kind) {
  const std::string& line = place.lines[place.line - 1];
  if (kind == Kind::shadow) {
    // A command behind the export is a change to it.
    Lines lines = place.lines;
    lines.push_back("netsh advfirewall firewall add rule name=Blocks dir=out action=block protocol=TCP remoteport=" + place.ports);
    return {std::move(lines), ""};
  }
  if (kind != Kind::by_default) return impossible("no rule decides, the default does");
  std::string blocking = line;
  const size_t at = blocking.find("AllowOutbound");
  if (at == std::string::npos) return impossible("the default blocks already");
  return replaced(place, place.line - 1, 1, {blocking.replace(at, 13, "BlockOutbound")});
}

// ---- iptables-save ----

// The word behind an option, or empty.
inline std::string option_of(const std::string& rule, const std::string& option) {
  const size_t at = rule.find(" " + option + " ");
  if (at == std::string::npos) return "";
  const size_t value = at + option.size() + 2;
  return rule.substr(value, rule.find(' ', value) - value);
}

inline std::string with_option(std::string rule, const std::string& option, const std::string& value) {
  const std::string old = option_of(rule, option);
  if (!old.empty()) return rule.replace(rule.find(" " + option + " ") + option.size() + 2, old.size(), value);
  const size_t chain = rule.find(' ', 3);
  return rule.insert(chain, " " + option + " " + value);
}

inline std::string without_option(std::string rule, const std::string& option) {
  const std::string old = option_of(rule, option);
  return old.empty() ? rule : rule.erase(rule.find(" " + option + " "), option.size() + 2 + old.size());
}

inline Edited edit_iptables(const Place& place, Kind kind) {
  const std::string& rule = place.lines[place.line - 1];
  const auto by = [&](const Lines& lines) { return replaced(place, place.line - 1, 1, lines); };
  switch (kind) {
    case Kind::remove: return by({});
    case Kind::narrow: {
      const auto part = part_of(option_of(rule, "-s"));
      return part ? by({with_option(rule, "-s", *part)}) : impossible("its source is one address");
    }
    case Kind::widen:
      return place.outbound || option_of(rule, "-s").empty() ? by({rule, with_option(rule, "--dport", std::string(kOtherPort))}) : by({without_option(rule, "-s")});
    case Kind::shadow: return by({with_option(rule, "-j", "DROP"), rule});
    case Kind::protocol: return by({with_option(with_option(rule, "-p", "udp"), "-m", "udp")});
    case Kind::host: return by({with_option(rule, "-d", std::string(kOtherHost) + "/32")});
    case Kind::disabled: return impossible("iptables has no disabled rules");
    case Kind::profile: return impossible("iptables has no profiles");
    case Kind::port: return by({with_option(rule, "--dport", std::string(kOtherPort))});
    case Kind::program: return impossible("the rule is bound to no program");
    case Kind::by_default: return impossible("a rule decides, not the default");
  }
  return {};
}

// ---- /etc/config/firewall: a redirect ----

inline Edited edit_redirect(const Place& place, Kind kind) {
  size_t first = place.line - 1;
  while (first > 0 && !place.lines[first].starts_with("config ")) --first;
  size_t end = first + 1;
  while (end < place.lines.size() && !place.lines[end].starts_with("config ")) ++end;
  const Lines section(place.lines.begin() + static_cast<std::ptrdiff_t>(first), place.lines.begin() + static_cast<std::ptrdiff_t>(end));
  const auto value = [&](std::string_view option) {
    for (const std::string& line : section)
      if (contains(line, "option " + std::string(option) + " '")) return line.substr(line.find('\'') + 1, line.rfind('\'') - line.find('\'') - 1);
    return std::string();
  };
  const auto with = [&](const std::string& option, std::string_view text) {
    Lines changed = section;
    const std::string written = "\toption " + option + " '" + std::string(text) + "'";
    for (std::string& line : changed)
      if (contains(line, "option " + option + " '")) return line = written, replaced(place, first, section.size(), changed);
    changed.insert(changed.begin() + 1, written);
    return replaced(place, first, section.size(), changed);
  };
  switch (kind) {
    case Kind::remove: return replaced(place, first, section.size(), {});
    case Kind::narrow: return with("src_ip", kHalfOfAll);
    case Kind::widen: {
      // A second forward, of another port to the same host.
      Lines both = section;
      for (std::string line : section) {
        for (const char* option : {"src_dport", "dest_port"})
          if (contains(line, std::string("option ") + option + " '")) line = std::string("\toption ") + option + " '" + std::string(kOtherPort) + "'";
        both.push_back(std::move(line));
      }
      return replaced(place, first, section.size(), both);
    }
    case Kind::shadow: {
      Lines both = {"config rule", "\toption name 'Blocks'", "\toption src 'wan'", "\toption dest 'lan'", "\toption proto 'tcp'",
                    "\toption dest_port '" + value("dest_port") + "'", "\toption target 'DROP'", ""};
      both.insert(both.end(), section.begin(), section.end());
      return replaced(place, first, section.size(), both);
    }
    case Kind::protocol: return with("proto", "udp");
    case Kind::host: return with("dest_ip", "192.168.10.21");
    case Kind::disabled: return with("enabled", "0");
    case Kind::profile: return impossible("OpenWrt has no profiles");
    case Kind::port: return with("dest_port", kOtherPort);
    case Kind::program: return impossible("a forward is bound to no program");
    case Kind::by_default: return impossible("a rule decides, not the default");
  }
  return {};
}

struct Format {
  std::string_view name;
  bool (*is)(const Place& place);
  Edited (*edit)(const Place& place, Kind kind);
};

inline bool in_section(const Place& place, std::string_view head) {
  for (size_t at = place.line; at-- > 0;)
    if (place.lines[at].starts_with("config ")) return place.lines[at].starts_with(head);
  return false;
}

inline constexpr Format kFormats[] = {
    {"netsh script", [](const Place& p) { return contains(p.lines[p.line - 1], "firewall add rule"); }, edit_command},
    {"netsh profiles", [](const Place& p) { return p.lines[p.line - 1].starts_with("Firewall Policy"); }, edit_default},
    {"iptables-save", [](const Place& p) { return p.lines[p.line - 1].starts_with("-A "); }, edit_iptables},
    {"OpenWrt", [](const Place& p) { return in_section(p, "config redirect"); }, edit_redirect},
    {"netsh listing", [](const Place& p) { return contains(p.lines[p.line - 1], ":"); }, edit_listing},
};

}  // namespace detail

inline std::string_view format_at(const Place& place) {
  for (const detail::Format& format : detail::kFormats)
    if (place.line > 0 && place.line <= place.lines.size() && format.is(place)) return format.name;
  return {};
}

inline Edited edit(const Place& place, Kind kind) {
  for (const detail::Format& format : detail::kFormats)
    if (format.is(place)) return format.edit(place, kind);
  return detail::impossible("not a rule of a format that is known here");
}

}  // namespace fwproof::tests::mutation

#include "importers/netsh/parse_legacy.h"

#include <fmt/format.h>

#include <array>
#include <optional>

#include "importers/netsh/values.h"
#include "importers/netsh/words.h"

namespace fwproof::importers::netsh {
namespace {

using model::DiagnosticId;
using model::LineClass;
using model::Severity;

constexpr unsigned kDomain = 1;
// "Earlier versions of Windows only supported a domain and standard profile" (Netsh AdvFirewall Firewall Commands, Microsoft): every
// network outside the domain.
constexpr unsigned kStandard = 6;

bool contains(const std::string& text, std::string_view word) { return text.find(word) != std::string::npos; }

std::string profile_text(unsigned profiles) {
  return profiles == kDomain ? "domain" : profiles == kStandard ? "private,public" : "any";
}

// Words of a row and the rest behind `count` of them.
std::vector<std::string_view> columns(std::string_view text, size_t count) {
  std::vector<std::string_view> result;
  text = trim(text);
  while (result.size() < count && !text.empty()) {
    const size_t end = std::min(text.find_first_of(" \t"), text.size());
    result.push_back(text.substr(0, end));
    text = trim(text.substr(end));
  }
  if (!text.empty()) result.push_back(text);
  return result;
}

bool is_footer(const std::string& folded) {
  return folded.starts_with("important: command executed") || contains(folded, "netsh firewall") || contains(folded, "kb article") ||
         folded.starts_with("use \"netsh") || folded.starts_with("instead of") || folded.starts_with("at http") || folded == "ok." ||
         folded.starts_with("for more information");
}

}  // namespace

bool legacy_starts_at(std::span<const std::string_view> lines, size_t at) {
  if (lines[at].size() > 200 || !trim(lines[at]).ends_with(':')) return false;
  const std::string folded = fold(lines[at]);
  return folded.ends_with(":") && (contains(folded, "profile configuration") || contains(folded, "configuration for domain profile") ||
                                   contains(folded, "configuration for standard profile") || folded == "firewall status:");
}

bool LegacyParser::take(std::span<const Line> lines, size_t at) {
  const Line& line = lines[at];
  if (line.text.size() > 4000) return false;
  if (take_heading(line)) return true;
  if (part_ == Part::none) return false;
  if (is_dashes(line.text)) {
    reporter_.account(line.origin, LineClass::irrelevant, "dashes");
    return true;
  }
  const std::string folded = fold(line.text);
  if (is_footer(folded)) {
    reporter_.account(line.origin, LineClass::irrelevant, "footer");
    if (folded == "ok.") part_ = Part::none;
    return true;
  }
  if (folded.starts_with("mode ") || folded.starts_with("port ") || folded.starts_with("log ")) {
    if (contains(folded, "name") || contains(folded, "description") || contains(folded, "program")) {
      reporter_.account(line.origin, LineClass::irrelevant, "table heading");
      return true;
    }
  }
  return take_setting(line) || take_row(line);
}

bool LegacyParser::take_heading(const Line& line) {
  if (!trim(line.text).ends_with(':')) return false;
  const std::string folded = fold(line.text);
  struct Row {
    std::string_view text;
    Part part;
  };
  static constexpr Row kRows[] = {
      {"service configuration for", Part::services},   {"allowed programs configuration for", Part::programs},
      {"port configuration for", Part::ports},         {"icmp configuration for", Part::icmp},
      {"log configuration", Part::logging},            {"firewall status", Part::status},
      {"ports currently open on", Part::open_ports},   {"domain profile configuration", Part::profile},
      {"standard profile configuration", Part::profile}, {"icmp settings for", Part::logging},
      {"additional ports open on", Part::open_ports},
  };
  for (const Row& row : kRows) {
    if (!contains(folded, row.text)) continue;
    if (row.part != Part::profile && row.part != Part::status && part_ == Part::none && !contains(folded, "profile:")) return false;
    part_ = row.part;
    if (contains(folded, "domain profile")) profiles_ = kDomain;
    if (contains(folded, "standard profile")) profiles_ = kStandard;
    reporter_.account(line.origin, LineClass::modelled, "heading");
    return true;
  }
  return false;
}

bool LegacyParser::take_setting(const Line& line) {
  const size_t equals = line.text.find('=');
  if (equals == std::string_view::npos || (part_ != Part::profile && part_ != Part::logging && part_ != Part::status)) return false;
  const std::string label = fold(line.text.substr(0, equals));
  const std::string_view value = trim(line.text.substr(equals + 1));
  const bool enable = same(value, "Enable"), disable = same(value, "Disable");
  if (label == "profile") {
    profiles_ = same(value, "Domain") ? kDomain : same(value, "Standard") ? kStandard : kAllProfiles;
  } else if ((label == "operational mode" || label == "exception mode") && (enable || disable)) {
    for (unsigned i = 0; i < 3; ++i) {
      if (!(profiles_ & (1U << i))) continue;
      ProfileSettings& profile = firewall_.profiles[i];
      (label == "operational mode" ? profile.state_origin : profile.policy_origin) = line.origin;
      if (label == "operational mode") profile.on = enable;
      // "Don't allow exceptions": nothing unsolicited comes in.
      else profile.inbound = enable ? Inbound::block : Inbound::block_always;
    }
  } else if (label == "operational mode" || label == "exception mode") {
    for (unsigned i = 0; i < 3; ++i)
      if (profiles_ & (1U << i)) firewall_.profiles[i].unknown = true, firewall_.profiles[i].state_origin = line.origin;
    reporter_.account(line.origin, LineClass::opaque, "unknown word");
    reporter_.diagnose(DiagnosticId::value_unknown, Severity::warning, line.origin, value, fmt::format("'{}' is no mode that is known", value), {"expected: Enable or Disable"});
    return true;
  } else {
    reporter_.account(line.origin, LineClass::irrelevant, "setting");
    return true;
  }
  reporter_.account(line.origin, LineClass::modelled, "profile setting");
  return true;
}

FieldValue LegacyParser::value(std::string_view text, const Line& line) const { return {std::string(text), line.origin, 0, true, false}; }

void LegacyParser::add_rule(const Line& line, std::string_view mode) {
  FirewallRule& rule = firewall_.rules.emplace_back();
  firewall_.has_listing = true;
  rule.origin = line.origin;
  rule.shown = FirewallRule::Shown::complete;
  rule.hidden_scope = true;
  rule[Key::enable] = value(same(mode, "Enable") ? "yes" : same(mode, "Disable") ? "no" : mode, line);
  rule[Key::enable].unknown = !same(mode, "Enable") && !same(mode, "Disable");
  rule[Key::direction] = value("in", line);
  rule[Key::action] = value("allow", line);
  rule[Key::profile] = value(profile_text(profiles_), line);
}

bool LegacyParser::take_row(const Line& line) {
  const auto words = columns(line.text, 3);
  const auto unknown_rule = [&](std::string_view what) {
    firewall_.rules.back()[Key::condition] = {std::string(what), line.origin, 0, true, true};
    reporter_.account(line.origin, LineClass::opaque, what);
    return true;
  };
  const auto name_rule = [&](std::string_view name) { firewall_.rules.back()[Key::name] = value(name, line); };
  switch (part_) {
    case Part::ports: {
      // Port Protocol Mode [Traffic direction] Name
      if (words.size() < 3 || (!same(words[1], "TCP") && !same(words[1], "UDP"))) return false;
      add_rule(line, words[2]);
      FirewallRule& rule = firewall_.rules.back();
      rule[Key::local_port] = value(words[0], line);
      rule[Key::protocol] = value(words[1], line);
      std::string_view rest = words.size() > 3 ? words[3] : std::string_view();
      if (starts_with_word(rest, "Inbound")) rest = trim(rest.substr(7));
      else if (starts_with_word(rest, "Outbound")) rest = trim(rest.substr(8)), rule[Key::direction].text = "out";
      name_rule(rest);
      break;
    }
    case Part::programs: {
      // Mode [Traffic direction] Name / Program
      const auto two = columns(line.text, 1);
      const size_t slash = line.text.rfind(" / ");
      if (two.size() < 2 || slash == std::string_view::npos) return false;
      add_rule(line, two[0]);
      FirewallRule& rule = firewall_.rules.back();
      std::string_view name = trim(two[1].substr(0, two[1].rfind(" / ")));
      if (starts_with_word(name, "Inbound")) name = trim(name.substr(7));
      else if (starts_with_word(name, "Outbound")) name = trim(name.substr(8)), rule[Key::direction].text = "out";
      name_rule(name);
      rule[Key::program] = value(trim(line.text.substr(slash + 3)), line);
      break;
    }
    case Part::icmp: {
      // Mode Type Description. Type 2 is IPv6's "packet too big", the others are IPv4's.
      const auto type = words.size() > 1 ? parse_number(words[1], 255) : std::nullopt;
      if (!type) return false;
      add_rule(line, words[0]);
      FirewallRule& rule = firewall_.rules.back();
      rule[Key::protocol] = value(*type == 2 ? "icmpv6" : "icmpv4", line);
      rule[Key::icmp] = value(fmt::format("{},any", *type), line);
      name_rule(words.size() > 2 ? line.text.substr(static_cast<size_t>(words[2].data() - line.text.data())) : std::string_view());
      if (words.size() > 2 && words[2] == "outbound") rule[Key::direction].text = "out";
      break;
    }
    case Part::services: {
      // Mode Customized Name: a set of ports that differs between versions.
      if (words.size() < 3) return false;
      add_rule(line, words[0]);
      name_rule(line.text.substr(static_cast<size_t>(words[2].data() - line.text.data())));
      return unknown_rule("service exception");
    }
    case Part::open_ports: {
      // What is open at this moment, for programs that are listed elsewhere.
      const auto port = words.empty() ? std::nullopt : parse_number(words[0], 65535);
      if (!port) return false;
      reporter_.account(line.origin, LineClass::irrelevant, "port open at the time");
      return true;
    }
    case Part::none: case Part::profile: case Part::logging: case Part::status: return false;
  }
  reporter_.account(line.origin, LineClass::modelled, "exception");
  return true;
}

}  // namespace fwproof::importers::netsh

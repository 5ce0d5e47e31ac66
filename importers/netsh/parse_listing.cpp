#include "importers/netsh/parse_listing.h"

#include <fmt/format.h>

#include <algorithm>

#include "importers/netsh/language.h"
#include "importers/netsh/values.h"
#include "importers/netsh/words.h"

namespace fwproof::importers::netsh {
namespace {

using model::DiagnosticId;
using model::LineClass;
using model::Severity;

struct WordRule {
  Key key;
  WordKind kind;
  std::string_view expected;
};
// Properties whose words are translated by Windows and decide what the rule does.
constexpr WordRule kWordRules[] = {
    {Key::enable, WordKind::yes_no, "yes or no"},
    {Key::direction, WordKind::direction, "in or out"},
    {Key::action, WordKind::action, "allow, block or bypass"},
};

std::optional<std::string> first_english(WordKind kind, std::string_view word) {
  if (const auto english = find_word(kind, word)) return std::string(*english);
  return std::nullopt;
}

bool has_value_gap(std::string_view line) {
  const size_t colon = line.find(':');
  return colon != std::string_view::npos && (colon + 1 == line.size() || line.substr(colon + 1).starts_with("  "));
}

}  // namespace

void translate(Key key, FieldValue& field, Reporter& reporter) {
  for (const WordRule& row : kWordRules) {
    if (row.key != key) continue;
    if (auto english = first_english(row.kind, field.text)) {
      field.text = std::move(*english);
      return;
    }
    field.unknown = true;
    reporter.account(field.origin, LineClass::opaque, "unknown word");
    reporter.diagnose(DiagnosticId::value_unknown, Severity::warning, field.origin, field.text,
                      fmt::format("'{}' is in no language table; what the rule does is unknown", field.text),
                      {fmt::format("expected: {}, in one of the languages of importers/netsh/languages", row.expected)});
    return;
  }
  const WordKind kind = key == Key::interface_type ? WordKind::interface_type : WordKind::security;
  if (key != Key::interface_type && key != Key::security) return;
  if (is_any(field.text)) {
    field.text = "any";
  } else if (auto english = first_english(kind, field.text)) {
    field.text = std::move(*english);
  }
}

bool listing_starts_at(std::span<const std::string_view> lines, size_t at) {
  LabelLine parts;
  const std::string_view line = lines[at];
  if (line.size() > 4000) return false;
  if (split_label(line, parts)) {
    if (find_label(parts.label) == Key::name && (has_value_gap(line) || (at + 1 < lines.size() && is_dashes(lines[at + 1])))) return true;
  }
  const auto heading = find_heading(line);
  if (!heading) return false;
  if (*heading == HeadingKind::no_rules) return true;
  return *heading != HeadingKind::end && at + 1 < lines.size() && (is_dashes(lines[at + 1]) || split_columns(lines[at + 1], parts));
}

std::string_view foreign_listing_at(std::span<const std::string_view> lines, size_t at) {
  LabelLine parts;
  if (at + 4 >= lines.size() || lines[at].size() > 4000 || !is_dashes(lines[at + 1]) || !split_label(lines[at], parts)) return {};
  if (find_label(parts.label) || find_heading(lines[at])) return {};
  if (parts.value.empty()) return {};
  // Label lines with aligned values under a dashed line: only `show rule` looks so.
  const std::string_view label = parts.label;
  size_t labelled = 0;
  for (size_t i = at + 2; i < std::min(lines.size(), at + 8); ++i) labelled += lines[i].size() < 4000 && split_label(lines[i], parts) && has_value_gap(lines[i]);
  return labelled >= 3 ? label : std::string_view{};
}

bool ListingParser::take(std::span<const Line> lines, size_t at) {
  const Line& line = lines[at];
  const std::string_view text = trim(line.text);
  if (text.empty()) {
    in_icmp_table_ = false;
    return true;
  }
  LabelLine parts;
  if (is_dashes(text)) {
    const bool ours = rule_ || profile_ >= 0 || in_settings_;
    if (ours) reporter_.account(line.origin, LineClass::irrelevant, "dashes");
    return ours;
  }
  const bool labelled = split_label(line.text, parts);
  if ((!labelled || parts.value.empty()) && take_heading(lines, at)) return true;
  if (labelled) {
    const auto key = find_label(parts.label);
    if (key == Key::name && (has_value_gap(line.text) || (at + 1 < lines.size() && is_dashes(lines[at + 1].text))))
      return take_rule_start(line, *key, parts.value);
    if (key && rule_) {
      take_field(line, *key, parts.label, parts.value);
      return true;
    }
  }
  return take_unlabelled(lines, at);
}

bool ListingParser::take_heading(std::span<const Line> lines, size_t at) {
  const Line& line = lines[at];
  const auto heading = find_heading(line.text);
  if (!heading) return false;
  switch (*heading) {
    case HeadingKind::end:
    case HeadingKind::no_rules:
      reporter_.account(line.origin, LineClass::irrelevant, *heading == HeadingKind::end ? "end of output" : "no rules");
      finish(false);
      if (*heading == HeadingKind::no_rules) firewall_.has_listing = true;
      return true;
    case HeadingKind::domain_profile:
    case HeadingKind::private_profile:
    case HeadingKind::public_profile: break;
  }
  finish(false);
  profile_ = static_cast<int>(*heading) - static_cast<int>(HeadingKind::domain_profile);
  in_settings_ = true;
  in_logging_ = false;
  reporter_.account(line.origin, LineClass::modelled, "profile");
  return true;
}

bool ListingParser::take_rule_start(const Line& line, Key key, std::string_view value) {
  finish(false);
  profile_ = -1;
  in_settings_ = false;
  firewall_.has_listing = true;
  // An export shows what is there: rules that commands above it added are in it, unless the commands were never run.
  if (firewall_.commands_since_listing) {
    for (FirewallRule& rule : firewall_.rules) rule.before_listing |= rule.shown == FirewallRule::Shown::complete;
    firewall_.commands_since_listing = false;
  }
  rule_ = &firewall_.rules.emplace_back();
  rule_->origin = line.origin;
  take_field(line, key, {}, value);
  return true;
}

void ListingParser::take_field(const Line& line, Key key, std::string_view label, std::string_view value) {
  in_icmp_table_ = false;
  last_key_ = key;
  last_origin_ = line.origin;
  FieldValue& field = (*rule_)[key];
  const bool repeated = field.present;
  field.text = std::string(value);
  field.origin = line.origin;
  field.present = true;
  const bool remark = key == Key::description || key == Key::group || key == Key::source || key == Key::edge;
  reporter_.account(line.origin, remark ? LineClass::irrelevant : LineClass::modelled, remark ? "description" : "rule");
  if (repeated) {
    // Which of the two holds cannot be told.
    field.unknown = true;
    reporter_.account(line.origin, LineClass::opaque, "repeated label");
    reporter_.diagnose(DiagnosticId::line_unrecognised, Severity::warning, line.origin, label,
                       fmt::format("'{}' stands twice in one rule", label));
    return;
  }
  translate(key, field, reporter_);
  switch (key) {
    case Key::program: case Key::service: case Key::interface_type: case Key::security: case Key::source:
      rule_->shown = FirewallRule::Shown::verbose_listing;
      break;
    case Key::name: case Key::description: case Key::enable: case Key::direction: case Key::profile: case Key::group:
    case Key::local_ip: case Key::remote_ip: case Key::protocol: case Key::local_port: case Key::remote_port: case Key::icmp:
    case Key::edge: case Key::computer_group: case Key::user_group: case Key::local_user: case Key::package: case Key::action:
    case Key::condition: break;
  }
}

bool ListingParser::take_icmp_row(const Line& line) {
  const std::string_view text = trim(line.text);
  const size_t gap = text.find_first_of(" \t");
  if (gap == std::string_view::npos) return false;
  const std::string_view type = text.substr(0, gap);
  const std::string_view code = trim(text.substr(gap));
  FieldValue& field = (*rule_)[Key::icmp];
  if (!in_icmp_table_) {
    // The heading of the table, "Type    Code" or its translation, comes right behind the protocol.
    in_icmp_table_ = true;
    if (!field.present) {
      field.present = true;
      field.origin = line.origin;
    }
    if (!is_any(type) && !parse_number(type, 255)) {
      reporter_.account(line.origin, LineClass::modelled, "ICMP table");
      return true;
    }
  }
  if (!field.text.empty()) field.text += ';';
  field.text.append(type).append(",").append(code);
  reporter_.account(line.origin, LineClass::modelled, "ICMP type");
  return true;
}

bool ListingParser::take_unlabelled(std::span<const Line> lines, size_t at) {
  const Line& line = lines[at];
  if (!rule_) return take_setting(line);
  const bool indented = line.text.starts_with("   ") || line.text.starts_with("\t");
  const FieldValue& protocol = (*rule_)[Key::protocol];
  if (indented && (in_icmp_table_ || (last_key_ == Key::protocol && protocol.present)) && take_icmp_row(line)) return true;
  LabelLine parts;
  if (indented) {
    // A long value goes on in the next line.
    FieldValue& field = (*rule_)[last_key_];
    field.text += last_key_ == Key::description ? " " : ",";
    field.text += trim(line.text);
    // Words stand alone; where something follows them, the line is not what it looks like.
    for (const WordRule& row : kWordRules) field.unknown |= row.key == last_key_;
    reporter_.account(line.origin, last_key_ == Key::description ? LineClass::irrelevant : LineClass::modelled, "continued value");
    return true;
  }
  if (split_label(line.text, parts) && has_value_gap(line.text)) {
    take_unknown_label(line, parts.label, parts.value);
    return true;
  }
  if (last_key_ == Key::description && !(*rule_)[Key::direction].present) {
    reporter_.account(line.origin, LineClass::irrelevant, "description");
    return true;
  }
  return false;
}

void ListingParser::take_unknown_label(const Line& line, std::string_view label, std::string_view value) {
  FieldValue& field = (*rule_)[Key::condition];
  field = {fmt::format("{}: {}", label, value), line.origin, 1, true, true};
  reporter_.account(line.origin, LineClass::opaque, "unknown label");
  std::vector<std::string_view> known;
  for (const Language* language : languages())
    for (const LabelRow& row : language->labels) known.push_back(row.text);
  std::vector<std::string> notes = {"a label that no table of importers/netsh/languages has: the rule counts as one with an unknown condition"};
  if (const std::string_view near = nearest(label, known); !near.empty()) notes.push_back(fmt::format("nearest: {}", near));
  reporter_.diagnose(DiagnosticId::line_unrecognised, Severity::warning, line.origin, label, fmt::format("unknown label '{}'", label),
                     std::move(notes));
}

bool ListingParser::take_setting(const Line& line) {
  LabelLine parts{trim(line.text), {}};
  if (!split_columns(line.text, parts)) split_label(line.text, parts);
  const auto kind = find_setting(parts.label);
  if (!kind) {
    // Settings of newer versions and other languages: one label, one value, below a profile's heading.
    if (profile_ < 0) return false;
    if (parts.value.find("Inbound") != std::string_view::npos) {
      set_policy(line, parts.value);
      return true;
    }
    if (const auto state = find_word(WordKind::on_off, parts.value); state && !firewall_.profiles[static_cast<size_t>(profile_)].state_origin.line) {
      set_state(line, parts.value);
      return true;
    }
    return take_unknown_setting(line, parts);
  }
  if (profile_ < 0 && *kind != SettingKind::other) return false;
  switch (*kind) {
    case SettingKind::state: set_state(line, parts.value); break;
    case SettingKind::policy: set_policy(line, parts.value); break;
    case SettingKind::other:
      in_settings_ = true;
      if (profile_ >= 0 && same(parts.label, "LocalFirewallRules") && same(parts.value, "Disable")) {
        ignore_local_rules(line, parts.label);
        break;
      }
      reporter_.account(line.origin, LineClass::irrelevant, "setting");
      break;
  }
  return true;
}

// Group policy may switch the host's own rules off. Which rules of a listing are its own, plain ones do not say.
void ListingParser::ignore_local_rules(const Line& line, std::string_view label) {
  ProfileSettings& profile = firewall_.profiles[static_cast<size_t>(profile_)];
  profile.unknown = true;
  profile.state_origin = line.origin;
  reporter_.account(line.origin, LineClass::opaque, "local rules ignored");
  reporter_.diagnose(DiagnosticId::value_unknown, Severity::warning, line.origin, label,
                     "group policy switches local rules off in this profile; which of the rules still apply is unknown");
}

// Behind a heading such as "Logging:" nothing decides about packets. Before it, an unknown line may be the state itself.
bool ListingParser::take_unknown_setting(const Line& line, const LabelLine& parts) {
  const bool heading = trim(line.text).ends_with(':');
  if (parts.value.empty() && !heading) return false;
  in_logging_ |= heading;
  reporter_.account(line.origin, in_logging_ ? LineClass::irrelevant : LineClass::opaque, in_logging_ ? "setting" : "unknown setting");
  if (in_logging_) return true;
  ProfileSettings& profile = firewall_.profiles[static_cast<size_t>(profile_)];
  profile.unknown = true;
  profile.state_origin = line.origin;
  reporter_.diagnose(DiagnosticId::language_unknown, Severity::warning, line.origin, parts.label,
                     fmt::format("the setting '{}' is in no language table; the profile counts as unknown", parts.label),
                     {"add it to the settings of its language in importers/netsh/languages"});
  return true;
}

void ListingParser::set_state(const Line& line, std::string_view value) {
  ProfileSettings& profile = firewall_.profiles[static_cast<size_t>(profile_)];
  profile.state_origin = line.origin;
  const auto word = find_word(WordKind::on_off, value);
  reporter_.account(line.origin, word ? LineClass::modelled : LineClass::opaque, "profile state");
  if (word) {
    profile.on = *word == "on";
    return;
  }
  profile.unknown = true;
  reporter_.diagnose(DiagnosticId::value_unknown, Severity::warning, line.origin, value,
                     fmt::format("'{}' is no state that is known", value), {"expected: ON or OFF, in one of the languages of importers/netsh/languages"});
}

void ListingParser::set_policy(const Line& line, std::string_view value) {
  ProfileSettings& profile = firewall_.profiles[static_cast<size_t>(profile_)];
  profile.policy_origin = line.origin;
  bool understood = true;
  for (const std::string_view word : split_list(value, ',')) {
    if (same(word, "BlockInbound")) profile.inbound = Inbound::block;
    else if (same(word, "AllowInbound")) profile.inbound = Inbound::allow;
    else if (same(word, "BlockInboundAlways")) profile.inbound = Inbound::block_always;
    else if (same(word, "AllowOutbound")) profile.outbound_blocked = false;
    else if (same(word, "BlockOutbound")) profile.outbound_blocked = true;
    else understood = false;
  }
  reporter_.account(line.origin, understood ? LineClass::modelled : LineClass::opaque, "profile policy");
  if (understood) return;
  profile.unknown = true;
  profile.state_origin = line.origin;
  reporter_.diagnose(DiagnosticId::value_unknown, Severity::warning, line.origin, value,
                     fmt::format("'{}' is no firewall policy that is known", value),
                     {"expected: BlockInbound, AllowInbound or BlockInboundAlways, then AllowOutbound or BlockOutbound"});
}

void ListingParser::finish(bool at_end_of_file) {
  if (rule_) {
    // Action is the last line that netsh prints of a rule.
    const bool complete = (*rule_)[Key::action].present && (*rule_)[Key::direction].present && (*rule_)[Key::enable].present;
    if (!complete) {
      reporter_.account(rule_->origin, LineClass::opaque, "rule without action");
      reporter_.diagnose(at_end_of_file ? DiagnosticId::input_truncated : DiagnosticId::line_unrecognised, Severity::warning, last_origin_, {},
                         at_end_of_file ? fmt::format("the listing ends in the middle of rule '{}'", (*rule_)[Key::name].text)
                                        : fmt::format("rule '{}' lacks its enabled, direction or action line; what it does is unknown", (*rule_)[Key::name].text),
                         {"a rule ends with its Action line"});
      if (!(*rule_)[Key::enable].present) (*rule_)[Key::enable].unknown = true;
    }
  }
  rule_ = nullptr;
  in_icmp_table_ = false;
  profile_ = -1;
}

}  // namespace fwproof::importers::netsh

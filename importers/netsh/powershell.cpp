#include "importers/netsh/powershell.h"

#include <fmt/format.h>

#include <array>
#include <optional>

#include "importers/netsh/values.h"
#include "importers/netsh/words.h"

namespace fwproof::importers::netsh {
namespace {

using model::DiagnosticId;
using model::Severity;

struct Parameter {
  std::string name;   // lower case, without the dash
  std::string value;  // list elements joined by commas
  bool given = false; // with a value
  bool unresolved = false;
};

struct Cmdlet {
  std::string verb;  // "new"
  std::string noun;  // "netfirewallrule"
  std::vector<Parameter> parameters;
  bool understood = true;
};

// One value: quoted or bare; `position` ends behind it.
std::string take_value(std::string_view text, size_t& position, bool& unresolved) {
  std::string value;
  char quote = 0;
  for (; position < text.size(); ++position) {
    const char c = text[position];
    if (quote) {
      if (c == '$' && quote == '"') unresolved |= has_variable(text.substr(position, text.find(quote, position) - position));
      if (c == quote) quote = 0; else value += c;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == ' ' || c == '\t' || c == ',' || c == ')') {
      break;
    } else {
      unresolved |= c == '$' || c == '(' || c == '{';
      value += c;
    }
  }
  return value;
}

// Are all quotes and brackets of the command closed? If not, it goes on in lines that are not read here.
bool is_whole(std::string_view text) {
  char quote = 0;
  int depth = 0;
  for (const char c : text) {
    if (quote) {
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else {
      depth += (c == '(' || c == '{') - (c == ')' || c == '}');
    }
  }
  return !quote && depth == 0 && !trim(text).ends_with(',');
}

// A list "a", "b" or @("a","b").
std::string take_list(std::string_view text, size_t& position, bool& unresolved) {
  const auto skip = [&] { while (position < text.size() && (text[position] == ' ' || text[position] == '\t')) ++position; };
  bool array = false;
  if (text.substr(position).starts_with("@(")) position += 2, array = true;
  std::string list;
  for (;;) {
    skip();
    const size_t before = position;
    std::string value = take_value(text, position, unresolved);
    list += list.empty() ? "" : ",";
    list += value;
    skip();
    const bool more = position < text.size() && text[position] == ',';
    if (!more || position == before) break;
    ++position;
  }
  if (array && position < text.size() && text[position] == ')') ++position;
  return list;
}

Cmdlet parse_cmdlet(std::string_view text) {
  Cmdlet cmdlet;
  cmdlet.understood = is_whole(text);
  const size_t end = std::min(text.find_first_of(" \t"), text.size());
  const std::string name = lower(text.substr(0, end));
  const size_t dash = name.find('-');
  cmdlet.verb = name.substr(0, dash);
  cmdlet.noun = dash == std::string::npos ? std::string() : name.substr(dash + 1);
  for (size_t i = end; i < text.size();) {
    if (text[i] == ' ' || text[i] == '\t') { ++i; continue; }
    if (text[i] == '>' || (text[i] == '2' && i + 1 < text.size() && text[i + 1] == '>')) break;  // a redirection
    if (text[i] != '-') {
      // A positional value or a splatted hash table: not simple.
      cmdlet.understood = false;
      bool unresolved = false;
      const size_t before = i;
      take_value(text, i, unresolved);
      if (i == before) ++i;
      continue;
    }
    Parameter parameter;
    size_t name_end = i + 1;
    while (name_end < text.size() && text[name_end] != ' ' && text[name_end] != ':' && text[name_end] != '\t') ++name_end;
    parameter.name = lower(text.substr(i + 1, name_end - i - 1));
    i = name_end;
    while (i < text.size() && (text[i] == ' ' || text[i] == ':' || text[i] == '\t')) ++i;
    if (i < text.size() && text[i] != '-' && text[i] != '>') {
      parameter.value = take_list(text, i, parameter.unresolved);
      parameter.given = true;
    }
    cmdlet.parameters.push_back(std::move(parameter));
  }
  return cmdlet;
}

struct ParameterRow {
  std::string_view name;
  Key key;
};
// New-NetFirewallRule, NetSecurity module, Microsoft Docs.
constexpr std::array kRuleParameters = {
    ParameterRow{"displayname", Key::name},       ParameterRow{"description", Key::description}, ParameterRow{"direction", Key::direction},
    ParameterRow{"action", Key::action},          ParameterRow{"enabled", Key::enable},          ParameterRow{"profile", Key::profile},
    ParameterRow{"localaddress", Key::local_ip},  ParameterRow{"remoteaddress", Key::remote_ip}, ParameterRow{"protocol", Key::protocol},
    ParameterRow{"localport", Key::local_port},   ParameterRow{"remoteport", Key::remote_port},  ParameterRow{"icmptype", Key::icmp},
    ParameterRow{"program", Key::program},        ParameterRow{"service", Key::service},         ParameterRow{"interfacetype", Key::interface_type},
    ParameterRow{"group", Key::group},            ParameterRow{"displaygroup", Key::group},      ParameterRow{"localuser", Key::local_user},
    ParameterRow{"remoteuser", Key::user_group},  ParameterRow{"remotemachine", Key::computer_group},
    ParameterRow{"authentication", Key::security}, ParameterRow{"encryption", Key::security},    ParameterRow{"package", Key::package},
    ParameterRow{"edgetraversalpolicy", Key::edge}, ParameterRow{"owner", Key::package},
};
// Parameters without a bearing on what the rule matches.
constexpr std::array<std::string_view, 8> kIgnored = {"erroraction", "confirm", "verbose", "asjob", "passthru", "name", "ea", "warningaction"};

struct Translation {
  Key key;
  std::string_view from;
  std::string_view to;
};
constexpr std::array kTranslations = {
    Translation{Key::direction, "inbound", "in"}, Translation{Key::direction, "outbound", "out"},
    Translation{Key::action, "allow", "allow"},   Translation{Key::action, "block", "block"},
    Translation{Key::enable, "true", "yes"},      Translation{Key::enable, "false", "no"},
    Translation{Key::security, "notrequired", "notrequired"},
    Translation{Key::interface_type, "wired", "lan"}, Translation{Key::interface_type, "remoteaccess", "ras"},
};

void translate_value(Key key, FieldValue& field) {
  if (!field.text.empty() && field.text[0] == '$') {  // $true, $false
    field.text.erase(0, 1);
    field.unknown = !(same(field.text, "true") || same(field.text, "false"));
  }
  const std::string word = lower(field.text);
  bool listed = false;
  for (const Translation& row : kTranslations) {
    if (row.key != key) continue;
    listed = true;
    if (row.from != word) continue;
    field.text = std::string(row.to);
    return;
  }
  if (listed && key != Key::security && key != Key::interface_type) field.unknown = true;
  if (key == Key::icmp)
    for (char& c : field.text) c = c == ',' ? ';' : c;
}

// Understood parameters into fields; false: something narrows or widens the rule in a way that is not known here.
bool read_parameters(const Cmdlet& cmdlet, Fields& fields, const CommandContext& context) {
  bool understood = cmdlet.understood;
  for (const Parameter& parameter : cmdlet.parameters) {
    bool known = false;
    for (const std::string_view ignored : kIgnored) known |= ignored == parameter.name;
    for (const ParameterRow& row : kRuleParameters) {
      if (row.name != parameter.name) continue;
      known = true;
      understood &= parameter.given && !parameter.value.empty() && !fields[static_cast<size_t>(row.key)].present;
      FieldValue& field = fields[static_cast<size_t>(row.key)];
      field = {parameter.value, context.origin, 0, true, false};
      translate_value(row.key, field);
      const bool remark = row.key == Key::description || row.key == Key::edge;
      field.unknown |= parameter.unresolved && !remark && !(row.key == Key::enable && !field.unknown);
    }
    understood &= known;
  }
  return understood;
}

void add_default(Fields& fields, Key key, std::string_view value, const CommandContext& context) {
  FieldValue& field = fields[static_cast<size_t>(key)];
  if (!field.present) field = {std::string(value), context.origin, 0, true, false};
}

Effect new_rule(const Cmdlet& cmdlet, Changes& changes, const CommandContext& context) {
  Fields fields;
  const bool understood = read_parameters(cmdlet, fields, context);
  fields[static_cast<size_t>(Key::name)].unknown = false;
  add_default(fields, Key::direction, "in", context);
  add_default(fields, Key::action, "allow", context);
  add_default(fields, Key::enable, "yes", context);
  // Splatted or positional values and parameters that are not known may turn the rule into any other.
  if (!understood || !fields[static_cast<size_t>(Key::name)].present) return changes.opaque(context);
  return changes.add(fields, context);
}

// Set-, Enable-, Disable-, Remove-: which rules? By display name or group; a wildcard or the internal name tells nothing here.
Effect change_rules(const Cmdlet& cmdlet, Changes& changes, const CommandContext& context) {
  Fields wanted, changed;
  bool narrowed = false, selected = false;
  for (const Parameter& parameter : cmdlet.parameters) {
    const bool by_name = parameter.name == "displayname", by_group = parameter.name == "displaygroup" || parameter.name == "group";
    if (parameter.name == "name" || parameter.name == "policystore" || parameter.name == "inputobject") narrowed = true;
    if (!by_name && !by_group) continue;
    if (parameter.unresolved || parameter.value.find_first_of("*?,") != std::string::npos) narrowed = true;
    wanted[static_cast<size_t>(by_name ? Key::name : Key::group)] = {parameter.value, context.origin, 0, true, false};
    selected = true;
  }
  Cmdlet rest = cmdlet;
  std::erase_if(rest.parameters, [](const Parameter& p) { return p.name == "displayname" || p.name == "displaygroup" || p.name == "group"; });
  for (Parameter& parameter : rest.parameters)
    if (parameter.name == "newdisplayname") parameter.name = "displayname";
  if (!read_parameters(rest, changed, context) || narrowed || !selected) return changes.opaque(context);
  if (cmdlet.verb == "remove") return changes.remove(wanted, context);
  if (cmdlet.verb != "set") changed[static_cast<size_t>(Key::enable)] = {cmdlet.verb == "enable" ? "yes" : "no", context.origin, 0, true, false};
  return changes.set(wanted, changed, context);
}

std::optional<bool> truth(std::string_view value) {
  if (!value.empty() && value[0] == '$') value.remove_prefix(1);
  if (same(value, "true")) return true;
  if (same(value, "false")) return false;
  return std::nullopt;
}

Effect set_profile(const Cmdlet& cmdlet, Changes& changes, const CommandContext& context) {
  unsigned profiles = 0;
  std::optional<bool> enabled, allow_rules;
  std::string inbound, outbound;
  bool understood = cmdlet.understood;
  for (const Parameter& parameter : cmdlet.parameters) {
    const std::string& name = parameter.name;
    if (name == "all") profiles = kAllProfiles;
    else if (name == "profile" || name == "name") profiles = parse_profiles(parameter.value).value_or(0);
    else if (name == "enabled" && !parameter.value.empty()) understood &= (enabled = truth(parameter.value)).has_value();
    else if (name == "allowinboundrules") understood &= (allow_rules = truth(parameter.value)).has_value();
    else if (name == "defaultinboundaction") inbound = lower(parameter.value);
    else if (name == "defaultoutboundaction") outbound = lower(parameter.value);
    else understood &= name.starts_with("log") || name.starts_with("notify") || name == "erroraction" || name == "confirm" || name == "passthru";
    understood &= !parameter.unresolved || name == "enabled" || name == "allowinboundrules";
  }
  const auto fine = [](const std::string& action) { return action.empty() || action == "block" || action == "allow"; };
  if (!understood || !profiles || !fine(inbound) || !fine(outbound)) return changes.opaque(context);
  return changes.set_profiles(profiles, [&](ProfileSettings& profile) {
    if (enabled) profile.on = *enabled, profile.unknown = false, profile.state_origin = context.origin;
    if (!inbound.empty()) profile.inbound = inbound == "allow" ? Inbound::allow : Inbound::block, profile.policy_origin = context.origin;
    if (!outbound.empty()) profile.outbound_blocked = outbound == "block", profile.policy_origin = context.origin;
    if (allow_rules && !*allow_rules) profile.inbound = Inbound::block_always, profile.policy_origin = context.origin;
    if (allow_rules && *allow_rules && profile.inbound == Inbound::block_always) profile.inbound = Inbound::block;
  }, context);
}

}  // namespace

size_t find_firewall_cmdlet(std::string_view text) {
  size_t first = std::string_view::npos;
  for (const std::string_view verb : {"New", "Set", "Remove", "Enable", "Disable", "Rename", "Copy"})
    for (const std::string_view noun : {"-NetFirewall", "-NetIPsec"}) {
      const std::string stem = lower(std::string(verb) + std::string(noun));
      // Case-insensitive search for the stem, at the start of a word.
      for (size_t at = 0; at + stem.size() <= text.size(); ++at) {
        if (text[at + verb.size()] != '-' || !same(text.substr(at, stem.size()), stem)) continue;
        if (at == 0 || !((text[at - 1] | 32) >= 'a' && (text[at - 1] | 32) <= 'z')) first = std::min(first, at);
        break;
      }
    }
  return first;
}

Effect apply_powershell(std::string_view command, Firewall& firewall, Reporter&, const CommandContext& context) {
  Changes changes(firewall);
  const Cmdlet cmdlet = parse_cmdlet(command);
  for (const Parameter& parameter : cmdlet.parameters)
    if (parameter.name == "cimsession" || parameter.name == "computername") return Effect::irrelevant;  // another computer
  for (const Parameter& parameter : cmdlet.parameters)
    if (parameter.name == "whatif" && (parameter.value.empty() || same(parameter.value, "$true"))) return Effect::irrelevant;
  if (cmdlet.noun == "netfirewallprofile" && cmdlet.verb == "set") return set_profile(cmdlet, changes, context);
  if (cmdlet.noun != "netfirewallrule") return changes.opaque(context);
  for (const Parameter& parameter : cmdlet.parameters)
    if (parameter.name == "policystore") return changes.opaque(context);
  if (cmdlet.verb == "new") return new_rule(cmdlet, changes, context);
  if (cmdlet.verb == "set" || cmdlet.verb == "enable" || cmdlet.verb == "disable" || cmdlet.verb == "remove")
    return change_rules(cmdlet, changes, context);
  return changes.opaque(context);
}

}  // namespace fwproof::importers::netsh

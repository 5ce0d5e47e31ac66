#include "importers/netsh/netsh_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "importers/netsh/portproxy.h"
#include "importers/netsh/values.h"
#include "importers/netsh/words.h"

namespace fwproof::importers::netsh {
namespace {

using model::DiagnosticId;
using model::Severity;

struct KeyRow {
  std::string_view word;
  Key key;
};
// Keys of add, set and delete rule: Netsh AdvFirewall Firewall Commands, Microsoft, 2009-08-06, and the help of Windows 10.
constexpr std::array kRuleKeys = {
    KeyRow{"name", Key::name},           KeyRow{"dir", Key::direction},          KeyRow{"action", Key::action},
    KeyRow{"program", Key::program},     KeyRow{"service", Key::service},        KeyRow{"description", Key::description},
    KeyRow{"enable", Key::enable},       KeyRow{"profile", Key::profile},        KeyRow{"localip", Key::local_ip},
    KeyRow{"remoteip", Key::remote_ip},  KeyRow{"localport", Key::local_port},   KeyRow{"remoteport", Key::remote_port},
    KeyRow{"protocol", Key::protocol},   KeyRow{"interfacetype", Key::interface_type},
    KeyRow{"rmtcomputergrp", Key::computer_group}, KeyRow{"rmtusrgrp", Key::user_group}, KeyRow{"edge", Key::edge},
    KeyRow{"security", Key::security},   KeyRow{"group", Key::group},            KeyRow{"rmtmachgrp", Key::computer_group},
};

const KeyRow* find_key(std::string_view word) {
  for (const KeyRow& row : kRuleKeys)
    if (same(row.word, word)) return &row;
  return nullptr;
}

FieldValue value_of(std::string text, const CommandContext& context) { return {std::move(text), context.origin, 0, true, false}; }

struct Choice {
  Key key;
  std::array<std::string_view, 4> words;
};
// Keys whose value is one of a few words; anything else leaves the rule's effect unknown.
constexpr std::array kChoices = {
    Choice{Key::direction, {"in", "out"}},
    Choice{Key::action, {"allow", "block", "bypass"}},
    Choice{Key::enable, {"yes", "no"}},
};

bool is_one_of(const Choice& choice, const std::string& text) {
  return !text.empty() && std::find(choice.words.begin(), choice.words.end(), std::string_view(text)) != choice.words.end();
}

unsigned profile_mask(std::string_view word) {
  if (abbreviates(word, "allprofiles", 3)) return kAllProfiles;
  if (abbreviates(word, "domainprofile", 3)) return 1;
  if (abbreviates(word, "privateprofile", 3)) return 2;
  if (abbreviates(word, "publicprofile", 3)) return 4;
  return 0;
}

bool repeats_a_key(const std::vector<Argument>& arguments) {
  std::array<bool, kKeys> seen{};
  for (const Argument& argument : arguments) {
    const KeyRow* row = find_key(argument.key);
    if (row && std::exchange(seen[static_cast<size_t>(row->key)], true)) return true;
  }
  return false;
}

bool shows_only(const std::vector<Argument>& arguments) {
  for (const Argument& argument : arguments)
    if (argument.key.empty() && (abbreviates(argument.value, "show", 2) || abbreviates(argument.value, "dump", 2))) return true;
  return arguments.size() < 2;
}

std::string value_at(const std::vector<Argument>& arguments, std::string_view key, size_t position) {
  for (const Argument& argument : arguments)
    if (argument.key == key) return argument.value;
  size_t bare = 0;
  for (const Argument& argument : arguments)
    if (argument.key.empty() && bare++ == position) return argument.value;
  return {};
}

}  // namespace

Effect NetshCommands::apply(std::vector<Argument> arguments, const CommandContext& context) {
  std::vector<Argument> prefix;
  while (!arguments.empty() && arguments[0].key.empty() && (arguments[0].value.starts_with('-') || arguments[0].value.starts_with('/'))) {
    const std::string option = lower(arguments[0].value.substr(1));
    const std::string value = arguments.size() > 1 ? arguments[1].value : std::string();
    arguments.erase(arguments.begin(), arguments.begin() + (arguments.size() > 1 ? 2 : 1));
    if (option == "r") return Effect::irrelevant;  // another computer
    if (option == "?" || option == "h") return Effect::irrelevant;
    if (option == "f" || option == "a") return changes_.opaque(context);
    if (option != "c") continue;
    for (const std::string_view word : split_list(value, ' ')) prefix.push_back({{}, std::string(word), false});
  }
  prefix.insert(prefix.end(), arguments.begin(), arguments.end());
  if (prefix.empty()) {
    session_.assign(1, "netsh");  // an interactive session follows, or nothing
    return Effect::irrelevant;
  }
  // "netsh advfirewall firewall" alone: an interactive session in that context.
  if (prefix.size() <= 2 && abbreviates(prefix[0].value, "advfirewall", 3) && (prefix.size() == 1 || abbreviates(prefix[1].value, "firewall", 2))) {
    session_.assign(1, "advfirewall");
    if (prefix.size() == 2) session_.emplace_back("firewall");
    return Effect::irrelevant;
  }
  return advfirewall(std::move(prefix), context);
}

Effect NetshCommands::apply_in_context(std::vector<Argument> arguments, const CommandContext& context) {
  if (arguments.empty() || !arguments[0].key.empty()) return Effect::not_ours;
  const std::string& first = arguments[0].value;
  if (first == ".." || same(first, "popd") || same(first, "bye") || same(first, "quit") || same(first, "exit")) {
    if (session_.empty()) return Effect::not_ours;
    session_.clear();
    return Effect::irrelevant;
  }
  if (same(first, "pushd") && arguments.size() > 1) arguments.erase(arguments.begin());
  if (abbreviates(arguments[0].value, "advfirewall", 3)) {
    if (arguments.size() == 1 || (arguments.size() == 2 && abbreviates(arguments[1].value, "firewall", 2))) {
      session_.assign(1, "advfirewall");
      if (arguments.size() == 2) session_.emplace_back("firewall");
      return Effect::irrelevant;
    }
    return advfirewall(std::move(arguments), context);
  }
  if (arguments.size() == 2 && abbreviates(arguments[0].value, "interface", 3) && abbreviates(arguments[1].value, "portproxy", 4)) {
    session_ = {"interface", "portproxy"};
    return Effect::irrelevant;
  }
  if (session_.empty()) return Effect::not_ours;
  if (arguments.size() == 1 && same(first, "firewall")) {
    session_.emplace_back("firewall");
    return Effect::irrelevant;
  }
  if (session_.size() == 1 && session_[0] == "netsh") {
    if (!abbreviates(first, "firewall", 2) && !abbreviates(first, "exec", 2) && !abbreviates(first, "interface", 3)) return Effect::not_ours;
    return advfirewall(std::move(arguments), context);
  }
  // Only what such a context knows; other lines of the file are none of its business.
  constexpr std::array<std::string_view, 9> kVerbs = {"add", "delete", "set", "show", "reset", "import", "export", "dump", "exec"};
  bool verb = abbreviates(first, "firewall", 2) || abbreviates(first, "consec", 3);
  for (const std::string_view known : kVerbs) verb |= abbreviates(first, known, 3);
  if (!verb) return Effect::not_ours;
  std::vector<Argument> whole;
  for (const std::string& word : session_) whole.push_back({{}, word, false});
  whole.insert(whole.end(), arguments.begin(), arguments.end());
  return advfirewall(std::move(whole), context);
}

Effect NetshCommands::advfirewall(std::vector<Argument> arguments, const CommandContext& context) {
  const auto word = [&](size_t i) { return i < arguments.size() && arguments[i].key.empty() ? std::string_view(arguments[i].value) : std::string_view(); };
  if (has_variable(word(0))) return changes_.opaque(context);
  if (abbreviates(word(0), "firewall", 1)) {
    arguments.erase(arguments.begin());
    return legacy(std::move(arguments), context);
  }
  if (abbreviates(word(0), "interface", 1) && abbreviates(word(1), "portproxy", 1)) {
    arguments.erase(arguments.begin(), arguments.begin() + 2);
    return apply_portproxy(arguments, context, firewall_, reporter_);
  }
  // Other ways to let packets through or stop them: IPsec filters, the router's filters, a file of commands.
  if (abbreviates(word(0), "exec", 2)) return changes_.opaque(context);
  for (const std::string_view other : {"ipsec", "routing", "ras", "wfp"})
    if (same(word(0), other)) return shows_only(arguments) ? Effect::irrelevant : changes_.opaque(context);
  if (!abbreviates(word(0), "advfirewall", 2)) return Effect::irrelevant;
  const std::string_view verb = word(1);
  if (verb.empty() || abbreviates(verb, "show", 2) || abbreviates(verb, "export", 3) || abbreviates(verb, "dump", 2) || verb == "?" ||
      abbreviates(verb, "monitor", 3) || abbreviates(verb, "mainmode", 3))
    return Effect::irrelevant;
  if (abbreviates(verb, "reset", 3)) return changes_.reset(context);
  if (abbreviates(verb, "set", 3)) {
    const std::string which(word(2));
    arguments.erase(arguments.begin(), arguments.begin() + static_cast<long>(std::min<size_t>(3, arguments.size())));
    return set_profile(which, std::move(arguments), context);
  }
  if (!abbreviates(verb, "firewall", 1)) {
    // consec: connection security rules can ask for IPsec; import replaces everything.
    const bool shows = abbreviates(word(2), "show", 2);
    const bool imports = abbreviates(verb, "import", 3);
    return shows ? Effect::irrelevant : changes_.opaque(context, imports);
  }
  const std::string action(word(2));
  if (action.empty() || abbreviates(action, "show", 2) || abbreviates(action, "dump", 2) || action == "?") return Effect::irrelevant;
  if (!abbreviates(word(3), "rule", 1)) return changes_.opaque(context);
  arguments.erase(arguments.begin(), arguments.begin() + 4);
  return rule_command(action, std::move(arguments), context);
}

Effect NetshCommands::set_profile(std::string_view which, std::vector<Argument> arguments, const CommandContext& context) {
  if (abbreviates(which, "global", 2)) return Effect::irrelevant;
  const bool current = abbreviates(which, "currentprofile", 3);
  const unsigned profiles = profile_mask(which);
  const std::string what = value_at(arguments, "", 0);
  if (abbreviates(what, "logging", 1) || abbreviates(what, "settings", 2)) return Effect::irrelevant;
  if (!profiles || current) return changes_.opaque(context);
  const std::string value = lower(value_at(arguments, what, 1));
  for (const Argument& argument : arguments)
    if (argument.unresolved) return changes_.opaque(context);
  if (abbreviates(what, "state", 2) || (arguments.size() == 1 && arguments[0].key == "state")) {
    const std::string state = arguments.size() == 1 ? lower(arguments[0].value) : value;
    // notconfigured is "valid only when netsh is configuring a Group Policy object" (help of `set allprofiles`).
    if ((state != "on" && state != "off") || arguments.size() > 2) return changes_.opaque(context, true);
    return changes_.set_profiles(profiles, [&](ProfileSettings& profile) {
      profile.on = state != "off";
      profile.unknown = false;
      profile.state_origin = context.origin;
    }, context);
  }
  if (!abbreviates(what, "firewallpolicy", 1)) return changes_.opaque(context);
  const auto words = split_list(value, ',');
  // Both words, in this order, in one argument; whether Windows takes anything else cannot be told.
  const std::vector<std::string> all(words.begin(), words.end());
  if (all.size() != 2 || arguments.size() != 2 || (!all[0].ends_with("inbound") && !all[0].ends_with("inboundalways")) || !all[1].ends_with("outbound"))
    return changes_.opaque(context, true);
  for (const std::string& word : all)
    if (word != "blockinbound" && word != "allowinbound" && word != "blockinboundalways" && word != "allowoutbound" && word != "blockoutbound")
      return changes_.opaque(context);
  return changes_.set_profiles(profiles, [&](ProfileSettings& profile) {
    profile.policy_origin = context.origin;
    for (const std::string& word : all) {
      if (word == "blockinbound") profile.inbound = Inbound::block;
      if (word == "allowinbound") profile.inbound = Inbound::allow;
      if (word == "blockinboundalways") profile.inbound = Inbound::block_always;
      if (word == "allowoutbound") profile.outbound_blocked = false;
      if (word == "blockoutbound") profile.outbound_blocked = true;
    }
  }, context);
}

bool NetshCommands::read_fields(const std::vector<Argument>& arguments, size_t from, Fields& fields, const CommandContext& context) {
  bool understood = true;
  for (size_t i = from; i < arguments.size(); ++i) {
    const Argument& argument = arguments[i];
    const KeyRow* row = find_key(argument.key);
    if (!row) {
      std::vector<std::string_view> known;
      for (const KeyRow& key : kRuleKeys) known.push_back(key.word);
      const std::string_view word = argument.key.empty() ? std::string_view(argument.value) : std::string_view(argument.key);
      std::vector<std::string> notes = {"expected: KEY=VALUE with a key of netsh advfirewall firewall add rule"};
      if (const std::string_view near = nearest(word, known); !near.empty()) notes.push_back(fmt::format("nearest: {}", near));
      reporter_.diagnose(DiagnosticId::value_unknown, Severity::warning, context.origin, word, fmt::format("unknown key '{}'", word), std::move(notes));
      understood = false;
      continue;
    }
    FieldValue& field = fields[static_cast<size_t>(row->key)];
    const bool remark = row->key == Key::name || row->key == Key::description || row->key == Key::edge;
    understood &= !field.present;  // the same key twice
    understood &= remark || !argument.value.empty();
    // For cmd.exe the quotes belong to the value, and a blank ends it.
    understood &= !argument.single_quoted || (remark && argument.value.find(' ') == std::string::npos);
    field = value_of(argument.value, context);
    field.unknown = argument.unresolved && !remark;
    for (const Choice& choice : kChoices) {
      if (choice.key != row->key) continue;
      field.text = lower(field.text);
      if (is_one_of(choice, field.text) || field.unknown) continue;
      field.unknown = true;
      reporter_.diagnose(DiagnosticId::value_unknown, Severity::warning, context.origin, argument.value,
                         fmt::format("'{}' is no value of {}", argument.value, row->word));
    }
  }
  return understood;
}

Effect NetshCommands::rule_command(std::string_view verb, std::vector<Argument> arguments, const CommandContext& context) {
  Fields fields;
  const auto is_new = [](const Argument& argument) { return argument.key.empty() && same(argument.value, "new"); };
  const auto split = std::find_if(arguments.begin(), arguments.end(), is_new);
  std::vector<Argument> wanted(arguments.begin(), split);
  bool understood = read_fields(wanted, 0, fields, context);
  FieldValue& name = fields[static_cast<size_t>(Key::name)];
  if (abbreviates(verb, "add", 1)) {
    // name, dir and action are required, all is no name, and a group is for set only (help of `add rule`): Windows may refuse the rule.
    const bool refused = !name.present || name.text.empty() || same(name.text, "all") || !fields[static_cast<size_t>(Key::direction)].present ||
                         !fields[static_cast<size_t>(Key::action)].present || fields[static_cast<size_t>(Key::group)].present || split != arguments.end();
    understood &= !refused;
    // Two values for one key: two commands that were not told apart, or one that Windows refuses.
    if (repeats_a_key(wanted)) return changes_.opaque(context, true);
    if (!understood) fields[static_cast<size_t>(Key::condition)] = {context.text, context.origin, 0, true, true};
    const Effect effect = changes_.add(fields, context);
    return understood ? effect : Effect::opaque;
  }
  if (!understood || (name.present && has_variable(name.text))) return changes_.opaque(context, true);
  const bool all = name.present && same(name.text, "all");
  if (all) name.present = false;
  if (!all && !name.present && !fields[static_cast<size_t>(Key::group)].present) return changes_.opaque(context);
  if (abbreviates(verb, "delete", 3)) return changes_.remove(fields, context);
  if (!abbreviates(verb, "set", 3)) return changes_.opaque(context);
  if (split == arguments.end()) return Effect::irrelevant;  // "if the keyword new is missing, no changes are made"
  Fields changed;
  // The direction of a rule cannot be set, nor its group.
  if (!read_fields({split + 1, arguments.end()}, 0, changed, context) || changed[static_cast<size_t>(Key::direction)].present ||
      changed[static_cast<size_t>(Key::group)].present)
    return changes_.opaque(context, true);
  return changes_.set(fields, changed, context);
}

// ---- The context of Windows XP and Server 2003 ------------------------------------------------------------------

namespace {

// CURRENT (the default) is whatever network the host is in: no profile that is known here, so it stays an unknown word. What XP calls
// the standard profile is every network outside the domain.
bool only_keys(const std::vector<Argument>& arguments, std::initializer_list<std::string_view> keys) {
  for (const Argument& argument : arguments)
    if (!argument.key.empty() && std::find(keys.begin(), keys.end(), std::string_view(argument.key)) == keys.end()) return false;
  return true;
}

std::string legacy_profiles(std::string_view word) {
  if (same(word, "domain")) return "domain";
  if (same(word, "standard")) return "private,public";
  if (same(word, "all")) return "any";
  return "current";
}

}  // namespace

Effect NetshCommands::legacy(std::vector<Argument> arguments, const CommandContext& context) {
  if (arguments.empty()) return Effect::irrelevant;
  const std::string verb = arguments[0].value;
  const std::string what = arguments.size() > 1 ? arguments[1].value : std::string();
  if (abbreviates(verb, "show", 2) || abbreviates(verb, "dump", 2) || verb == "?") return Effect::irrelevant;
  if (abbreviates(verb, "reset", 1)) return changes_.reset(context);
  for (const Argument& argument : arguments)
    if (argument.unresolved) return changes_.opaque(context);
  const bool adds = abbreviates(verb, "add", 1), sets = abbreviates(verb, "set", 3);
  if (!adds && !sets) return changes_.opaque(context);
  arguments.erase(arguments.begin(), arguments.begin() + static_cast<long>(std::min<size_t>(2, arguments.size())));
  if (abbreviates(what, "logging", 1) || abbreviates(what, "notifications", 1) || abbreviates(what, "multicastbroadcastresponse", 1))
    return Effect::irrelevant;
  if (abbreviates(what, "opmode", 1)) return legacy_opmode(std::move(arguments), context);
  if (abbreviates(what, "portopening", 1) || abbreviates(what, "allowedprogram", 1)) return legacy_rule(what, std::move(arguments), context);
  return changes_.opaque(context);  // services and ICMP settings: sets of rules that differ between versions
}

Effect NetshCommands::legacy_opmode(std::vector<Argument> arguments, const CommandContext& context) {
  const std::string mode = lower(value_at(arguments, "mode", 0));
  const std::string exceptions = lower(value_at(arguments, "exceptions", 1));
  if (mode != "enable" && mode != "disable") return changes_.opaque(context);
  if (!exceptions.empty() && exceptions != "enable" && exceptions != "disable") return changes_.opaque(context);
  if (!only_keys(arguments, {"mode", "exceptions", "profile"}) || arguments.size() > 3) return changes_.opaque(context);  // interface=: one adapter only
  const std::string profile = value_at(arguments, "profile", 2);
  const auto profiles = parse_profiles(legacy_profiles(profile));
  if (!profiles) return changes_.opaque(context);
  return changes_.set_profiles(*profiles, [&](ProfileSettings& settings) {
    settings.on = mode == "enable";
    settings.unknown = false;
    settings.inbound = exceptions == "disable" ? Inbound::block_always : Inbound::block;
    settings.state_origin = settings.policy_origin = context.origin;
  }, context);
}

Effect NetshCommands::legacy_rule(std::string_view what, std::vector<Argument> arguments, const CommandContext& context) {
  const bool port = abbreviates(what, "portopening", 1);
  const auto argument = [&](std::string_view key, size_t position) { return value_at(arguments, key, position); };
  const std::string protocol = lower(port ? argument("protocol", 0) : std::string("all"));
  const std::string mode = lower(argument("mode", port ? 3 : 2));
  const std::string scope = lower(argument("scope", port ? 4 : 3));
  const std::string addresses = argument("addresses", port ? 5 : 4);
  if (!mode.empty() && mode != "enable") return changes_.opaque(context);  // switching an exception off
  if (!only_keys(arguments, {"protocol", "port", "program", "name", "mode", "scope", "addresses", "profile"}) || arguments.size() > (port ? 7U : 6U))
    return changes_.opaque(context);  // interface=: one adapter only
  if (!scope.empty() && scope != "all" && scope != "subnet" && scope != "custom") return changes_.opaque(context);
  Fields fields;
  const auto set = [&](Key key, std::string text) { fields[static_cast<size_t>(key)] = value_of(std::move(text), context); };
  set(Key::name, argument("name", port ? 2 : 1));
  set(Key::direction, "in");
  set(Key::action, "allow");
  set(Key::profile, legacy_profiles(argument("profile", port ? 6 : 5)));
  if (scope == "subnet") set(Key::remote_ip, "LocalSubnet");
  if (scope == "custom") set(Key::remote_ip, addresses);
  if (!port) {
    set(Key::program, argument("program", 0));
    return changes_.add(fields, context);
  }
  set(Key::local_port, argument("port", 1));
  if (protocol != "tcp" && protocol != "udp" && protocol != "all") return changes_.opaque(context);
  Effect effect = Effect::modelled;
  for (const std::string_view each : {"tcp", "udp"}) {
    if (protocol != "all" && protocol != each) continue;
    set(Key::protocol, std::string(each));
    effect = changes_.add(fields, context);
  }
  return effect;
}

}  // namespace fwproof::importers::netsh

#include "cli/printed_commands.h"

#include <fmt/format.h>

#include <algorithm>
#include <regex>
#include <set>

#include "importers/registry.h"
#include "report/words.h"
#include "solver/check.h"
#include "specs/site.h"

namespace fwproof::cli {
namespace {

using specs::derive::PrintedCommand;

constexpr size_t kMostCommands = 300;
constexpr size_t kMostBytes = size_t{1} << 20;
// RFC 5737: addresses that documents may use. The host in one network, roles that the commands do not name in another.
constexpr const char* kHost = "198.51.100.10";
constexpr unsigned kMostRoles = 16;

// ---- the script ---------------------------------------------------------------------------------------------------

// A host that drops what nobody allows and knows the packets of open connections: what such commands are added to.
constexpr std::string_view kIptablesBase =
    "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n";
constexpr uint32_t kIptablesBaseLines = 5;

// "sudo iptables -A INPUT …" → "-A INPUT …"; nothing for what changes the order or another table, which this does not follow.
std::string appended_rule(const std::string& text) {
  static const std::regex form("^\\s*(?:sudo\\s+)?(?:/\\S*/)?iptables(?:\\s+-t\\s+filter)?\\s+(-A\\s.*\\S)\\s*$");
  std::smatch match;
  return text.size() < 2000 && std::regex_match(text, match, form) ? match[1].str() : "";
}

struct Script {
  std::string text;
  std::string importer;
  std::vector<uint32_t> lines;   // of the document, for each line of the text
};

void add_line(Script& script, const std::string& text, uint32_t line) {
  script.text += text + "\n";
  script.lines.push_back(line);
}

bool is_netsh(const PrintedCommand& command) { return command.text.find("netsh") != std::string::npos; }

Script netsh_script(const std::vector<PrintedCommand>& commands) {
  Script script{"", "netsh", {}};
  for (const PrintedCommand& command : commands) {
    uint32_t line = command.first_line;
    for (size_t at = 0; at <= command.text.size(); ++line) {
      const size_t end = std::min(command.text.find('\n', at), command.text.size());
      add_line(script, command.text.substr(at, end - at), std::min(line, command.last_line));
      at = end + 1;
    }
  }
  return script;
}

Script iptables_script(const std::vector<PrintedCommand>& commands) {
  Script script{std::string(kIptablesBase), "iptables-save", std::vector<uint32_t>(kIptablesBaseLines, 0)};
  for (const PrintedCommand& command : commands) {
    const std::string rule = appended_rule(command.text);
    if (rule.empty()) return {};
    add_line(script, rule, command.first_line);
  }
  add_line(script, "COMMIT", 0);
  return script;
}

// An empty importer: none reads these commands.
Script script_of(const std::vector<PrintedCommand>& commands) {
  if (std::all_of(commands.begin(), commands.end(), is_netsh)) return netsh_script(commands);
  return iptables_script(commands);
}

// ---- who is who ---------------------------------------------------------------------------------------------------

// The one host that rows lead to; else why there is none.
std::string host_of(const specs::Specification& spec, std::string& problem) {
  std::set<std::string> hosts;
  for (const specs::Row& row : spec.rows)
    for (const std::string& role : row.to)
      if (const auto found = spec.roles.find(role); role != "ANY" && found != spec.roles.end() && !found->second.is_name) hosts.insert(role);
  if (hosts.size() == 1) return *hosts.begin();
  if (hosts.empty()) problem = "no row leads to a host";
  else problem = "the rows lead to several hosts (" + report::joined({hosts.begin(), hosts.end()}) + "), and the commands do not say on which of them they run";
  return "";
}

std::set<std::string> addresses_in(const std::vector<PrintedCommand>& commands) {
  static const std::regex address("(^|[^0-9.])((?:[0-9]{1,3}\\.){3}[0-9]{1,3}(?:/[0-9]{1,2})?)(?![0-9.])");
  std::set<std::string> found;
  for (const PrintedCommand& command : commands)
    for (std::sregex_iterator at(command.text.begin(), command.text.end(), address), end; at != end; ++at) {
      std::map<std::string, model::Zone> zones;
      if (specs::bind("X=" + (*at)[2].str(), zones).empty()) found.insert((*at)[2].str());
    }
  return found;
}

// One role other than ANY: the addresses that the commands name are its. Several: nothing tells whose they are, so the roles stay open.
void bind_roles(const specs::Specification& spec, const std::string& host, const std::vector<PrintedCommand>& commands,
                std::map<std::string, model::Zone>& zones, CommandCheck& check) {
  const auto bind = [&](const std::string& role, const std::string& address, const char* why) {
    specs::bind(role + "=" + address, zones);
    check.bindings.push_back(role + " = " + address + why);
  };
  bind(host, kHost, " (a documentation address)");
  std::set<std::string> roles;
  for (const specs::Row& row : spec.rows)
    if (std::find(row.to.begin(), row.to.end(), host) != row.to.end())
      for (const std::string& role : row.from)
        if (role != "ANY" && role != host) roles.insert(role);
  const std::set<std::string> named = addresses_in(commands);
  if (roles.size() == 1 && !named.empty()) {
    for (const std::string& address : named) bind(*roles.begin(), address, ", as in the commands");
  } else if (named.empty() && roles.size() <= kMostRoles) {
    unsigned next = 0;
    for (const std::string& role : roles) bind(role, fmt::format("203.0.113.{}/28", 16 * next++), " (documentation addresses)");
  } else if (!roles.empty()) {
    check.bindings.push_back("the commands do not say whose addresses they name: " + report::joined({roles.begin(), roles.end()}) + " stand for any address");
  }
}

// ---- asking -------------------------------------------------------------------------------------------------------

// One service of the same commands in both families is one line.
void add_opened(OpenedService opened, CommandCheck& check) {
  const auto same = [&](const OpenedService& one) { return one.service == opened.service && one.lines == opened.lines; };
  const auto found = std::find_if(check.opened.begin(), check.opened.end(), same);
  if (found == check.opened.end()) check.opened.push_back(std::move(opened));
  else found->sources += ", " + opened.sources;
}

void add_opened(const solver::Report& report, const Script& script, CommandCheck& check) {
  for (const solver::Result& result : report.results)
    for (const solver::Counterexample& example : result.counterexamples) {
      OpenedService opened{report::service_words(example.region, nullptr), report::source_words(example.region), {}};
      for (const solver::Decider& decider : example.decided_by)
        if (decider.origin.line != 0 && decider.origin.line <= script.lines.size()) opened.lines.push_back(script.lines[decider.origin.line - 1]);
      add_opened(std::move(opened), check);
    }
}

std::string short_id(const specs::Specification& spec, const solver::Result& result) {
  return result.id.starts_with(spec.id + "/") ? result.id.substr(spec.id.size() + 1) : result.id;
}

std::string why(const solver::Result& result) {
  if (!result.reasons.empty()) return ": " + result.reasons[0];
  return result.depends_on.empty() ? "" : ": " + report::dependence_words(result.depends_on[0]);
}

void add_answer(const specs::Specification& spec, const solver::Result& result, CommandCheck& check) {
  const bool required = result.kind == solver::Kind::required;
  switch (result.truth) {
    case solver::Truth::holds:
      if (required) check.satisfied.push_back(short_id(spec, result));
      break;
    case solver::Truth::violated:
      if (required) check.closed.push_back(short_id(spec, result) + " (" + result.summary + (result.optional ? ", optional)" : ")"));
      else check.beyond.push_back(result.summary);
      break;
    case solver::Truth::cannot_tell: check.unknown.push_back(short_id(spec, result) + why(result)); break;
  }
}

// Rows that lead elsewhere do not concern what comes in; a table that does not claim to be complete is asked as if it did.
model::Requirements inbound(const specs::Specification& spec, const std::string& host, std::map<std::string, model::Zone>& zones) {
  std::vector<model::Diagnostic> diagnostics;
  model::Requirements requirements = specs::requirements({spec}, zones, diagnostics);
  const auto elsewhere = [&](const model::Requirement& row) { return std::find(row.to.begin(), row.to.end(), host) == row.to.end(); };
  std::erase_if(requirements.rows, elsewhere);
  for (model::Requirement& row : requirements.rows) row.to = {host};
  for (model::Closure& closure : requirements.closures) closure.tcp = closure.other = model::Strictness::warning;
  requirements.constraints.clear();
  return requirements;
}

std::string first_error(const importers::ImportedHost& imported) {
  for (const model::Diagnostic& diagnostic : imported.diagnostics)
    if (diagnostic.severity == model::Severity::error) return ": " + diagnostic.message;
  return "";
}

void ask(const specs::Specification& spec, const std::string& host, const Script& script, model::Network network, importers::ImportedHost imported,
         CommandCheck& check) {
  const model::Requirements requirements = inbound(spec, host, network.zones);
  model::Device device;
  device.name = device.host = host;
  device.policies = std::move(imported.policies);
  device.facts = std::move(imported.facts);
  device.has_export = true;
  network.devices.push_back(device);
  solver::CheckOptions options;
  options.only_touched = true;
  add_opened(solver::reach(device, options), script, check);
  for (const solver::Result& result : solver::check(network, requirements, options).results) add_answer(spec, result, check);
}

}  // namespace

CommandCheck check_printed_commands(const specs::Specification& spec, const std::vector<PrintedCommand>& commands, const std::string& file) {
  CommandCheck check{.first_line = commands.front().first_line, .last_line = commands.back().last_line, .commands = commands.size()};
  const std::string host = host_of(spec, check.not_compared);
  if (!check.not_compared.empty()) return check;
  const Script script = commands.size() > kMostCommands ? Script{} : script_of(commands);
  if (script.importer.empty() || script.text.size() > kMostBytes) {
    check.not_compared = "they are no netsh advfirewall commands and no iptables -A commands";
    if (commands.size() > kMostCommands || script.text.size() > kMostBytes) check.not_compared = "they are too many";
    return check;
  }
  model::Sources sources;
  sources.files.push_back({file, script.text});
  importers::ImportedHost imported = importers::import_host(sources, {0}, {script.importer});
  if (!imported.understood || imported.policies.empty()) {
    check.not_compared = "they are not understood" + first_error(imported);
    return check;
  }
  model::Network network;
  bind_roles(spec, host, commands, network.zones, check);
  ask(spec, host, script, std::move(network), std::move(imported), check);
  return check;
}

}  // namespace fwproof::cli

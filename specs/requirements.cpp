#include <set>

#include "specs/reader.h"
#include "specs/site.h"

namespace fwproof::specs {
namespace {

using model::DiagnosticId;
using Zones = std::map<std::string, model::Zone>;

void error(std::vector<model::Diagnostic>& diagnostics, DiagnosticId id, std::string message) {
  model::Diagnostic diagnostic;
  diagnostic.id = id;
  diagnostic.severity = model::Severity::error;
  diagnostic.message = std::move(message);
  diagnostics.push_back(std::move(diagnostic));
}

// Which zone a role of a specification stands for; adds it, unbound, when there is none.
std::string zone_of(const Specification& specification, const std::string& role, Zones& zones) {
  const std::string& spec = specification.id;
  if (role == "ANY") return role;
  const std::string own = spec + ":" + role;
  const std::string& name = zones.contains(own) ? own : role;
  model::Zone& zone = zones.try_emplace(name, model::Zone{name, false, false, {}}).first->second;
  const auto details = specification.roles.find(role);
  zone.is_name = details != specification.roles.end() && details->second.is_name;
  return name;
}

std::vector<std::string> zones_of(const Specification& spec, const std::vector<std::string>& roles, Zones& zones) {
  std::vector<std::string> names;
  for (const std::string& role : roles) names.push_back(zone_of(spec, role, zones));
  return names;
}

model::Requirement requirement(const Specification& spec, const Row& row, Zones& zones) {
  model::Requirement result;
  result.id = spec.id + "/" + row.id;
  result.spec = spec.id;
  result.from = zones_of(spec, row.from, zones);
  result.to = zones_of(spec, row.to, zones);
  result.protocol = row.protocol_number;
  result.ports = row.ports;
  result.src_ports = row.src_ports;
  result.optional = row.optional;
  result.program = row.program;
  result.service = row.service;
  result.description = row.description;
  result.dynamic_rpc = row.dynamic_rpc;
  result.reading = to_text(row.readings);
  result.citation = row.citation;
  return result;
}

model::Constraint constraint(const Specification& spec, const Constraint& given, Zones& zones) {
  model::Constraint result;
  result.kind = given.kind;
  result.id = spec.id + "/" + std::string(to_text(given.kind));
  result.spec = spec.id;
  result.from = zones_of(spec, given.from, zones);
  result.to = zones_of(spec, given.to, zones);
  result.alternatives = given.alternatives;
  result.citation = given.citation;
  return result;
}

// A misspelt bind would leave the role it was meant for unbound, or bound to something else.
void check_names(const std::vector<Specification>& specifications, const Zones& zones, std::vector<model::Diagnostic>& diagnostics) {
  std::set<std::string> known = {"ANY"};
  std::set<std::string> roles = {"ANY"};
  for (const Specification& spec : specifications) {
    for (const auto& [role, details] : spec.roles) {
      roles.insert(role);
      known.insert(role);
      known.insert(spec.id + ":" + role);
    }
  }
  for (const auto& [name, zone] : zones) {
    if (known.contains(name)) continue;
    if (diagnostics.size() >= kMaxDiagnostics) return;
    const auto& candidates = name.find(':') == std::string::npos ? roles : known;
    error(diagnostics, DiagnosticId::role_unknown,
          quoted(name) + " is not a role of the specifications in question" + did_you_mean(name, {candidates.begin(), candidates.end()}));
  }
}

}  // namespace

model::Requirements requirements(const std::vector<Specification>& specifications, std::map<std::string, model::Zone>& zones,
                                 std::vector<model::Diagnostic>& diagnostics) {
  check_names(specifications, zones, diagnostics);
  // What a table does not list is asked of everybody, whether a row names ANY or not.
  zones["ANY"] = {"ANY", true, true, model::AddressSet::all()};
  model::Requirements result;
  std::set<std::string> ids;
  for (const Specification& spec : specifications) {
    if (!ids.insert(spec.id).second) {
      error(diagnostics, DiagnosticId::spec_unknown, "two specifications have the id " + quoted(spec.id) + "; results could not be told apart");
      continue;
    }
    for (const Row& row : spec.rows) result.rows.push_back(requirement(spec, row, zones));
    for (const Constraint& given : spec.constraints) result.constraints.push_back(constraint(spec, given, zones));
    result.closures.push_back({spec.id, spec.unlisted_tcp, spec.unlisted_other, spec.unlisted_citation});
  }
  return result;
}

}  // namespace fwproof::specs

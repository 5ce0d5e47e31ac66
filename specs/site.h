// A site file: zones, devices and the specifications that they are checked against (docs/site.schema.json).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/diagnostic.h"
#include "model/network.h"
#include "model/requirement.h"
#include "model/source.h"
#include "specs/specification.h"

namespace fwproof::specs {

struct SiteDevice {
  std::string name;
  std::string host;                        // zone whose own firewall this is; empty: on the way
  std::string format;                      // importer name or empty
  std::vector<std::string> configs;        // paths as written, relative to the site file
  std::string profile;                     // "domain" | "private" | "public" | ""
  std::map<std::string, std::string> zone_interfaces;   // "ingress": {"ADM": "eth1"}
  model::HostFacts facts;                  // "interfaces" and "routes"
  uint32_t line = 0;                       // in the site file
};

struct AcceptedFinding {
  std::string id;
  model::AddressSet src;                   // all() when the file names none
  std::string reason;                      // never empty
};

struct Site {
  std::string name;
  std::string directory;                   // of the site file; configs are relative to it
  std::vector<std::string> specs;          // names of built-in ones, or paths relative to the site file
  std::map<std::string, model::Zone> zones;
  std::vector<SiteDevice> devices;
  std::vector<model::StatedPath> paths;
  std::map<std::pair<std::string, std::string>, model::AddressSet> reached_at;   // (target, client's zone)
  std::vector<AcceptedFinding> accept;
  std::vector<model::Declaration> declares;
  bool unlisted_outbound = false;
  std::map<std::string, std::string> unlisted;   // overrides: "tcp" / "other" → violation | warning | ignore
};

struct LoadedSite {
  Site site;
  std::vector<model::Diagnostic> diagnostics;    // any error: the site is not usable
};

LoadedSite load_site(const model::Sources& sources, uint32_t file);

// "ADM=192.0.2.0/24,198.51.100.7" or "spec:ADM=@addresses.txt" (one address or prefix a line, # comments). Adds to `zones`.
// The key is the role, or SPEC:ROLE. Returns diagnostics; an address with host bits, an empty list or an unknown form is an error.
std::vector<model::Diagnostic> bind(std::string_view text, std::map<std::string, model::Zone>& zones);

// Rows of all specifications as requirements over the zones. A role looks up zone "SPEC:ROLE" first, then "ROLE"; roles without a zone
// become unbound zones and are added to `zones`; ANY is the zone with any = true. Several specifications are joined: their closures stay
// one per specification, their rows are all grants. A zone or bind that no specification's role uses is an error (role.unknown, with the nearest known word).
model::Requirements requirements(const std::vector<Specification>& specifications, std::map<std::string, model::Zone>& zones,
                                 std::vector<model::Diagnostic>& diagnostics);

}  // namespace fwproof::specs

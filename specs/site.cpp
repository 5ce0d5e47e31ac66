#include "specs/site.h"

#include <algorithm>
#include <array>
#include <set>

#include "specs/keys.h"
#include "specs/reader.h"
#include "specs/values.h"

namespace fwproof::specs {
namespace {

using model::DiagnosticId;

constexpr std::string_view kProfiles[] = {"domain", "private", "public"};
constexpr std::string_view kStrictness[] = {"violation", "warning", "ignore"};
constexpr std::string_view kAlternatives[] = {"internal-dns", "hosts-file", "internal-address", "static"};

struct DeviceDraft {
  SiteDevice device;
  const Site& site;
  uint32_t file;
};

std::vector<std::string> zone_names(const Site& site, bool with_any) {
  std::vector<std::string> names;
  if (with_any) names.push_back("ANY");
  for (const auto& [name, zone] : site.zones) names.push_back(name);
  return names;
}

// ---- zones --------------------------------------------------------------------------------------------------------

model::AddressSet read_addresses(Reader& reader, const Value& value) {
  AddressList list;
  reader.each_item_or_self(value, [&](const Value& item) {
    const auto text = reader.text(item);
    if (!text) return;
    const std::string wrong = add_address(*text, list);
    if (!wrong.empty()) reader.error(item, wrong, DiagnosticId::address_invalid);
  });
  return list.set();
}

// ROLE or SPEC:ROLE
bool is_zone_name(std::string_view text) {
  const size_t colon = text.find(':');
  if (colon == std::string_view::npos) return is_role_name(text);
  return is_role_name(text.substr(0, colon)) && is_role_name(text.substr(colon + 1));
}

bool is_any(std::string_view zone) { return zone.substr(zone.find(':') == std::string_view::npos ? 0 : zone.find(':') + 1) == "ANY"; }

void read_zones(Reader& reader, const Value& value, Site& site) {
  reader.each_member(value, [&](const JsonNode::Key& key, const Value& member) {
    if (is_any(key.text)) {
      reader.error_at(key.at, value.path, "ANY stands for every address and cannot be bound", DiagnosticId::bind_invalid);
    } else if (!is_zone_name(key.text)) {
      reader.error_at(key.at, value.path, quoted(key.text) + " is not a role (or SPEC:ROLE): letters, digits, '.', '-' and '_' only",
                      DiagnosticId::json_schema);
    }
    site.zones[key.text] = {key.text, false, true, read_addresses(reader, member)};
  });
}

// ---- devices ------------------------------------------------------------------------------------------------------

void read_host(Reader& reader, const Value& value, DeviceDraft& draft) {
  const auto host = reader.text(value);
  if (!host) return;
  draft.device.host = *host;
  // A misspelt host would leave the zone without its firewall, and rows towards it would hold for want of one.
  if (!draft.site.zones.contains(*host))
    reader.unknown_word(value, "a zone that \"zones\" binds to addresses", zone_names(draft.site, false), DiagnosticId::role_unknown);
}

void read_configs(Reader& reader, const Value& value, DeviceDraft& draft) {
  std::set<std::string> seen;
  reader.each_item_or_self(value, [&](const Value& item) {
    const auto path = reader.text(item);
    if (!path) return;
    if (!seen.insert(*path).second) reader.error(item, "the file " + quoted(*path) + " is named twice");
    draft.device.configs.push_back(*path);
  });
}

void read_profile(Reader& reader, const Value& value, DeviceDraft& draft) {
  if (const auto profile = reader.one_of(value, "a network profile", kProfiles)) draft.device.profile = *profile;
}

void read_ingress(Reader& reader, const Value& value, DeviceDraft& draft) {
  reader.each_member(value, [&](const JsonNode::Key& key, const Value& member) {
    const std::vector<std::string> known = zone_names(draft.site, true);
    if (key.text != "ANY" && !draft.site.zones.contains(key.text)) {
      reader.error_at(key.at, value.path, quoted(key.text) + " is not a zone" + did_you_mean(key.text, known), DiagnosticId::role_unknown);
    }
    if (const auto interface = reader.text(member)) draft.device.zone_interfaces[key.text] = *interface;
  });
}

constexpr KeyRule<model::InterfaceFact> kInterfaceKeys[] = {
    {"addresses", Need::optional,
     [](Reader& reader, const Value& value, model::InterfaceFact& fact) {
       reader.each_item_or_self(value, [&](const Value& item) {
         const auto text = reader.text(item);
         if (!text) return;
         if (const auto prefix = model::parse_prefix(*text)) fact.addresses.push_back(*prefix);
         else reader.error(item, "cannot read " + quoted(*text) + " as an address with its prefix length (192.0.2.7/24)", DiagnosticId::address_invalid);
       });
     }},
    {"mac", Need::optional, read_text<&model::InterfaceFact::mac>},
    {"network", Need::optional, read_text<&model::InterfaceFact::network>},
};

void read_interfaces(Reader& reader, const Value& value, DeviceDraft& draft) {
  reader.each_member(value, [&](const JsonNode::Key& key, const Value& member) {
    model::InterfaceFact fact;
    fact.name = key.text;
    fact.origin = {draft.file, key.at.line};
    read_object<model::InterfaceFact>(reader, member, kInterfaceKeys, fact);
    draft.device.facts.interfaces.push_back(std::move(fact));
  });
}

void read_route_target(Reader& reader, const Value& value, model::RouteFact& route) {
  const auto text = reader.text(value);
  if (!text) return;
  AddressList list;
  const auto prefix = model::parse_prefix(*text);
  const std::string wrong = prefix ? add_address(*text, list) : "cannot read " + quoted(*text) + " as a prefix (0.0.0.0/0 for the default route)";
  if (wrong.empty()) route.to = *prefix;
  else reader.error(value, wrong, DiagnosticId::address_invalid);
}

void read_via(Reader& reader, const Value& value, model::RouteFact& route) {
  const auto text = reader.text(value);
  if (!text) return;
  route.via = model::parse_address(*text);
  if (!route.via) reader.error(value, "cannot read " + quoted(*text) + " as an address", DiagnosticId::address_invalid);
}

constexpr KeyRule<model::RouteFact> kRouteKeys[] = {
    {"to", Need::required, read_route_target},
    {"via", Need::optional, read_via},
    {"dev", Need::optional, read_text<&model::RouteFact::dev>},
    {"metric", Need::optional,
     [](Reader& reader, const Value& value, model::RouteFact& route) {
       if (const auto metric = reader.number(value, 0, 0xffffffff)) route.metric = *metric;
     }},
};

void read_routes(Reader& reader, const Value& value, DeviceDraft& draft) {
  reader.each_item(value, [&](const Value& item) {
    model::RouteFact route;
    route.origin = {draft.file, item.node->at.line};
    const size_t before = reader.errors();
    read_object<model::RouteFact>(reader, item, kRouteKeys, route);
    if (reader.errors() == before && route.dev.empty() && !route.via) reader.error(item, "a route needs \"via\" (a gateway) or \"dev\" (an interface)");
    draft.device.facts.routes.push_back(std::move(route));
  });
}

template <auto Member>
void read_device_text(Reader& reader, const Value& value, DeviceDraft& draft) {
  read_text<Member>(reader, value, draft.device);
}

constexpr KeyRule<DeviceDraft> kDeviceKeys[] = {
    {"name", Need::required, read_device_text<&SiteDevice::name>},
    {"host", Need::optional, read_host},
    {"format", Need::optional, read_device_text<&SiteDevice::format>},
    {"configs", Need::optional, read_configs},
    {"profile", Need::optional, read_profile},
    {"ingress", Need::optional, read_ingress},
    {"interfaces", Need::optional, read_interfaces},
    {"routes", Need::optional, read_routes},
};

// The reader works key by key into a Site; the file number travels with it.
struct SiteDraft {
  Site site;
  uint32_t file;
};

void read_devices(Reader& reader, const Value& value, SiteDraft& draft) {
  std::set<std::string> names;
  reader.each_item(value, [&](const Value& item) {
    DeviceDraft device{{}, draft.site, draft.file};
    device.device.line = item.node->at.line;
    read_object<DeviceDraft>(reader, item, kDeviceKeys, device);
    if (!device.device.name.empty() && !names.insert(device.device.name).second)
      reader.error(item, "the name " + quoted(device.device.name) + " is used by an earlier device");
    draft.site.devices.push_back(std::move(device.device));
  });
}

// ---- paths, reached_at --------------------------------------------------------------------------------------------

struct PathDraft {
  model::StatedPath path;
  const Site& site;
};

void check_zone(Reader& reader, const Value& value, const std::string& name, const Site& site) {
  if (name != "ANY" && !site.zones.contains(name)) reader.unknown_word(value, "a zone of this site", zone_names(site, true), DiagnosticId::role_unknown);
}

constexpr KeyRule<PathDraft> kPathKeys[] = {
    {"from", Need::required,
     [](Reader& reader, const Value& value, PathDraft& draft) {
       read_text<&model::StatedPath::from>(reader, value, draft.path);
       check_zone(reader, value, draft.path.from, draft.site);
     }},
    {"to", Need::required,
     [](Reader& reader, const Value& value, PathDraft& draft) {
       read_text<&model::StatedPath::to>(reader, value, draft.path);
       check_zone(reader, value, draft.path.to, draft.site);
     }},
    {"devices", Need::required,
     [](Reader& reader, const Value& value, PathDraft& draft) {
       std::vector<std::string> known;
       for (const SiteDevice& device : draft.site.devices) known.push_back(device.name);
       reader.each_item_or_self(value, [&](const Value& item) {
         const auto name = reader.text(item);
         if (!name) return;
         draft.path.devices.push_back(*name);
         if (std::find(known.begin(), known.end(), *name) == known.end()) reader.unknown_word(item, "a device of this site", known, DiagnosticId::role_unknown);
       });
     }},
};

void read_paths(Reader& reader, const Value& value, SiteDraft& draft) {
  reader.each_item(value, [&](const Value& item) {
    PathDraft path{{}, draft.site};
    path.path.origin = {draft.file, item.node->at.line};
    read_object<PathDraft>(reader, item, kPathKeys, path);
    draft.site.paths.push_back(std::move(path.path));
  });
}

// "reached_at": {"SERVER": {"ANY": "203.0.113.5"}}
void read_reached_at(Reader& reader, const Value& value, SiteDraft& draft) {
  const auto check = [&](const JsonNode::Key& key, const std::string& path) {
    if (key.text == "ANY" || draft.site.zones.contains(key.text)) return;
    reader.error_at(key.at, path, quoted(key.text) + " is not a zone" + did_you_mean(key.text, zone_names(draft.site, true)), DiagnosticId::role_unknown);
  };
  reader.each_member(value, [&](const JsonNode::Key& target, const Value& member) {
    check(target, value.path);
    reader.each_member(member, [&](const JsonNode::Key& client, const Value& addresses) {
      check(client, member.path);
      draft.site.reached_at[{target.text, client.text}] = read_addresses(reader, addresses);
    });
  });
}

// ---- accept, unlisted, whole --------------------------------------------------------------------------------------

void read_accepted_id(Reader& reader, const Value& value, AcceptedFinding& finding) {
  const auto id = reader.text(value);
  if (!id) return;
  if (id->find('/') == std::string::npos) reader.error(value, quoted(*id) + " is not the id of a result (mailstore-spe-multi/443-ANY-CAS)");
  finding.id = *id;
}

constexpr KeyRule<AcceptedFinding> kAcceptKeys[] = {
    {"id", Need::required, read_accepted_id},
    {"src", Need::optional, [](Reader& reader, const Value& value, AcceptedFinding& finding) { finding.src = read_addresses(reader, value); }},
    {"reason", Need::required, read_text<&AcceptedFinding::reason>},
};

void read_accept(Reader& reader, const Value& value, SiteDraft& draft) {
  if (!reader.expect(value, JsonNode::Kind::array) || value.node->items.empty()) return;
  reader.each_item(value, [&](const Value& item) {
    AcceptedFinding finding{"", model::AddressSet::all(), ""};
    read_object<AcceptedFinding>(reader, item, kAcceptKeys, finding);
    draft.site.accept.push_back(std::move(finding));
  });
}

void read_declared_constraint(Reader& reader, const Value& value, model::Declaration& declaration) {
  const auto id = reader.text(value);
  if (!id) return;
  if (id->find('/') == std::string::npos) reader.error(value, quoted(*id) + " is not the id of a constraint (evo-nat-router/nat-loopback)");
  declaration.constraint = *id;
}

constexpr KeyRule<model::Declaration> kDeclareKeys[] = {
    {"constraint", Need::required, read_declared_constraint},
    {"alternative", Need::required,
     [](Reader& reader, const Value& value, model::Declaration& declaration) {
       if (const auto word = reader.one_of(value, "an alternative", kAlternatives)) declaration.alternative = *word;
     }},
    {"name", Need::optional, read_text<&model::Declaration::name>},
    {"reason", Need::optional, read_text<&model::Declaration::reason>},
};

void read_declares(Reader& reader, const Value& value, SiteDraft& draft) {
  if (!reader.expect(value, JsonNode::Kind::array) || value.node->items.empty()) return;
  reader.each_item(value, [&](const Value& item) {
    model::Declaration declaration;
    declaration.origin = {draft.file, item.node->at.line};
    read_object<model::Declaration>(reader, item, kDeclareKeys, declaration);
    if (declaration.alternative == "hosts-file" && declaration.name.empty()) reader.error(item, "the key \"name\" is missing: the name that clients use for the server");
    draft.site.declares.push_back(std::move(declaration));
  });
}

struct UnlistedDraft {
  std::map<std::string, std::string>& overrides;
};

template <char Which>
void read_override(Reader& reader, const Value& value, UnlistedDraft& draft) {
  if (const auto word = reader.one_of(value, "a strictness", kStrictness)) draft.overrides[Which == 't' ? "tcp" : "other"] = *word;
}

constexpr KeyRule<UnlistedDraft> kUnlistedKeys[] = {{"tcp", Need::optional, read_override<'t'>}, {"other", Need::optional, read_override<'o'>}};

void read_specs(Reader& reader, const Value& value, SiteDraft& draft) {
  std::set<std::string> seen;
  reader.each_item_or_self(value, [&](const Value& item) {
    const auto name = reader.text(item);
    if (!name) return;
    if (!seen.insert(*name).second) reader.error(item, "the specification " + quoted(*name) + " is named twice");
    draft.site.specs.push_back(*name);
  });
}

constexpr KeyRule<SiteDraft> kSiteKeys[] = {
    {"$schema", Need::optional, nullptr},
    {"site", Need::required, [](Reader& reader, const Value& value, SiteDraft& draft) { read_text<&Site::name>(reader, value, draft.site); }},
    {"specs", Need::required, read_specs},
    {"zones", Need::required, [](Reader& reader, const Value& value, SiteDraft& draft) { read_zones(reader, value, draft.site); }},
    {"devices", Need::required, read_devices},
    {"paths", Need::optional, read_paths},
    {"reached_at", Need::optional, read_reached_at},
    {"accept", Need::optional, read_accept},
    {"declares", Need::optional, read_declares},
    {"unlisted", Need::optional,
     [](Reader& reader, const Value& value, SiteDraft& draft) {
       UnlistedDraft unlisted{draft.site.unlisted};
       read_object<UnlistedDraft>(reader, value, kUnlistedKeys, unlisted);
     }},
    {"unlisted_outbound", Need::optional,
     [](Reader& reader, const Value& value, SiteDraft& draft) { read_boolean<&Site::unlisted_outbound>(reader, value, draft.site); }},
};

std::string directory_of(std::string_view path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return ".";
  return std::string(path.substr(0, slash == 0 ? 1 : slash));
}

}  // namespace

LoadedSite load_site(const model::Sources& sources, uint32_t file) {
  LoadedSite loaded;
  const auto root = read_json(sources, file, loaded.diagnostics);
  if (!root || !loaded.diagnostics.empty()) return loaded;
  Reader reader(sources, file);
  SiteDraft draft{{}, file};
  draft.site.directory = directory_of(sources.files[file].path);
  read_object<SiteDraft>(reader, {&*root, ""}, kSiteKeys, draft);
  loaded.site = std::move(draft.site);
  loaded.diagnostics = reader.take_diagnostics();
  return loaded;
}

KeysByObject site_keys() {
  return {{"site", key_names(kSiteKeys)},     {"device", key_names(kDeviceKeys)},         {"interface", key_names(kInterfaceKeys)}, {"path", key_names(kPathKeys)},
          {"route", key_names(kRouteKeys)},   {"accept", key_names(kAcceptKeys)},         {"unlisted", key_names(kUnlistedKeys)},
          {"declaration", key_names(kDeclareKeys)}};
}

}  // namespace fwproof::specs

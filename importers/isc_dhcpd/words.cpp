// Source: dhcpd.conf(5) and dhcp-eval(5) of ISC DHCP 4.4.3 (Debian 12), the tables in server/confpars.c and server/stables.c there.
#include "importers/isc_dhcpd/words.h"

#include <algorithm>

namespace fwproof::importers::isc_dhcpd {
namespace {

struct RoleRow {
  std::string_view keyword;
  Role role;
};

constexpr RoleRow kRoles[] = {
    {"subnet", Role::subnet},         {"subnet6", Role::subnet6}, {"shared-network", Role::shared_network}, {"pool", Role::pool},
    {"pool6", Role::pool},            {"group", Role::group},     {"host", Role::host},                     {"range", Role::range},
    {"range6", Role::range6},         {"prefix6", Role::prefix6}, {"fixed-address", Role::fixed_address},   {"fixed-address6", Role::fixed_address},
    {"fixed-prefix6", Role::setting}, {"hardware", Role::hardware}, {"allow", Role::permit},                {"deny", Role::permit},
    {"ignore", Role::permit},         {"include", Role::include}, {"if", Role::condition},                  {"elsif", Role::condition},
    {"else", Role::condition},        {"switch", Role::condition}, {"case", Role::condition},               {"default", Role::condition},
    {"on", Role::condition},
};

// Statements that set what clients are told, how long, and how the server works.
constexpr std::string_view kSettings[] = {
    "option", "authoritative", "not", "class", "subclass", "match", "spawn", "key", "zone", "failover", "filename", "server-name", "next-server", "set", "unset", "log", "eval",
    "execute", "send", "request", "require", "prepend", "append", "supersede", "break", "interface", "dynamic", "deleted", "uid", "dhcp-client-identifier", "host-identifier",
    "host-name", "lease", "always-broadcast", "always-reply-rfc1048", "boot-unknown-clients", "check-secs-byte-order", "delayed-ack", "max-ack-delay", "dont-use-fsync",
    "echo-client-id", "get-lease-hostnames", "ignore-client-uids", "infinite-is-reserved", "one-lease-per-client", "one-lease-per-client-per-class", "persist-eui-64-leases", "pid-file-name",
    "prefix-length-mode", "release-on-roam", "reserve-infinite", "site-option-space", "stash-agent-options", "use-eui-64", "use-host-decl-names", "use-lease-addr-for-default-route",
    "vendor-option-space", "local-port", "local-address", "local-address6", "bind-local-address6", "remote-port", "remote-address", "limited-broadcast-address", "abandon-lease-time",
    "add", "algorithm", "secret", "primary", "secondary", "address", "port", "peer", "mclt", "split", "hba", "load", "auto-partner-down", "primary6", "secondary6", "code",
    "dynamic-bootp-lease-cutoff", "dynamic-bootp-lease-length", "adaptive-lease-time-threshold", "lease-id-format", "lease-file-name", "dhcpv6-lease-file-name",
    "dhcpv6-pid-file-name", "dhcpv6-set-tee-times", "server-duid", "server-identifier", "server-id-check", "no-available-leases", "fqdn-reply", "tftp-server-name"};

constexpr std::string_view kSettingBeginnings[] = {"default-", "max-", "min-", "preferred-", "ddns-", "log-", "omapi-", "update-", "ping-", "do-", "db-", "dhcp-", "limit-", "authoring-"};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool begins(std::string_view text, std::string_view beginning) { return text.size() >= beginning.size() && same(text.substr(0, beginning.size()), beginning); }

}  // namespace

bool same(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

Role role_of(std::string_view keyword) {
  for (const RoleRow& row : kRoles)
    if (same(row.keyword, keyword)) return row.role;
  // dhcpd.conf(5) of builds with LDAP: ldap-server and its kin.
  if (begins(keyword, "ldap-")) return Role::elsewhere;
  const bool setting = std::any_of(std::begin(kSettings), std::end(kSettings), [&](std::string_view known) { return same(known, keyword); });
  const bool begun = std::any_of(std::begin(kSettingBeginnings), std::end(kSettingBeginnings), [&](std::string_view known) { return begins(keyword, known); });
  return setting || begun ? Role::setting : Role::unknown;
}

}  // namespace fwproof::importers::isc_dhcpd

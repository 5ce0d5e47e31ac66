// Source: the tokens of src/bin/dhcp4/dhcp4_parser.yy and src/bin/dhcp6/dhcp6_parser.yy of Kea 2.4, and the Kea Administrator Reference Manual 2.6.
#include "importers/kea/words.h"

#include <algorithm>

namespace fwproof::importers::kea {
namespace {

constexpr std::string_view kSettings[] = {
    "data-directory", "interfaces-config", "lease-database", "preferred-lifetime", "min-preferred-lifetime", "max-preferred-lifetime", "valid-lifetime", "min-valid-lifetime",
    "max-valid-lifetime", "renew-timer", "rebind-timer", "calculate-tee-times", "t1-percent", "t2-percent", "adaptive-lease-time-threshold", "cache-threshold", "cache-max-age", "decline-probation-period",
    "server-tag", "statistic-default-sample-count", "statistic-default-sample-age", "store-extended-info", "option-def", "option-data", "parked-packet-limit", "allocator", "pd-allocator",
    "user-context", "comment", "interface", "interface-id", "id", "pool-id", "rapid-commit", "mac-sources", "relay-supplied-options", "host-reservation-identifiers", "sanity-checks",
    "require-client-classes", "evaluate-additional-classes", "hostname", "relay", "hooks-libraries", "expired-leases-processing", "server-id", "dhcp4o6-port", "multi-threading", "control-socket", "control-sockets",
    "dhcp-queue-control", "dhcp-ddns", "hostname-char-set", "hostname-char-replacement", "early-global-reservations-lookup", "ip-reservations-unique", "reservations-lookup-first", "loggers",
    "compatibility", "echo-client-id", "match-client-id", "authoritative", "next-server", "server-hostname", "boot-file-name", "4o6-interface", "4o6-interface-id", "4o6-subnet",
    "offer-lifetime", "stash-agent-options", "metadata", "name"};

}  // namespace

bool is_setting(std::string_view key) {
  return key.starts_with("ddns-") || std::any_of(std::begin(kSettings), std::end(kSettings), [&](std::string_view known) { return known == key; });
}

}  // namespace fwproof::importers::kea

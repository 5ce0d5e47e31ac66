#include "importers/iptables_save/grammar.h"

#include <algorithm>
#include <array>

namespace fwproof::importers::iptables_save {
namespace {

using enum Meaning;

constexpr auto kGenericOptions = std::to_array<OptionSpec>({
    {"", "source", 's', 1, source},
    {"", "src", 0, 1, source},
    {"", "destination", 'd', 1, destination},
    {"", "dst", 0, 1, destination},
    {"", "protocol", 'p', 1, protocol},
    {"", "proto", 0, 1, protocol},
    {"", "in-interface", 'i', 1, in_interface},
    {"", "out-interface", 'o', 1, out_interface},
    {"", "fragment", 'f', 0, fragment},
    {"", "fragments", 0, 0, fragment},
    {"", "jump", 'j', 1, jump},
    {"", "goto", 'g', 1, go_to},
    {"", "match", 'm', 1, match},
    {"", "set-counters", 'c', 2, counters},
    {"", "ipv4", '4', 0, ipv4},
    {"", "ipv6", '6', 0, ipv6},
    {"", "table", 't', 1, table},
});

// Sorted by owner.
constexpr auto kModuleOptions = std::to_array<OptionSpec>({
    {"addrtype", "src-type", 0, 1, src_type},
    {"addrtype", "dst-type", 0, 1, dst_type},
    {"addrtype", "limit-iface-in", 0, 0, pure},
    {"addrtype", "limit-iface-out", 0, 0, pure},
    {"connmark", "mark", 0, 1, connmark},
    {"conntrack", "ctstate", 0, 1, ctstate},
    {"conntrack", "ctproto", 0, 1, ctproto},
    {"conntrack", "ctstatus", 0, 1, ctstatus},
    {"conntrack", "ctdir", 0, 1, ctdir},
    {"conntrack", "ctorigsrc", 0, 1, pure},
    {"conntrack", "ctorigdst", 0, 1, pure},
    {"conntrack", "ctreplsrc", 0, 1, pure},
    {"conntrack", "ctrepldst", 0, 1, pure},
    {"conntrack", "ctorigsrcport", 0, 1, pure},
    {"conntrack", "ctorigdstport", 0, 1, pure},
    {"conntrack", "ctreplsrcport", 0, 1, pure},
    {"conntrack", "ctrepldstport", 0, 1, pure},
    {"conntrack", "ctexpire", 0, 1, per_visit},
    {"dccp", "source-port", 0, 1, sport},
    {"dccp", "sport", 0, 1, sport},
    {"dccp", "destination-port", 0, 1, dport},
    {"dccp", "dport", 0, 1, dport},
    {"dccp", "dccp-types", 0, 1, pure},
    {"dccp", "dccp-option", 0, 1, pure},
    {"icmp", "icmp-type", 0, 1, icmp_type},
    {"icmp6", "icmpv6-type", 0, 1, icmpv6_type},
    {"iprange", "src-range", 0, 1, src_range},
    {"iprange", "dst-range", 0, 1, dst_range},
    {"mac", "mac-source", 0, 1, mac_source},
    {"mark", "mark", 0, 1, mark},
    {"multiport", "source-ports", 0, 1, sports},
    {"multiport", "sports", 0, 1, sports},
    {"multiport", "destination-ports", 0, 1, dports},
    {"multiport", "dports", 0, 1, dports},
    {"multiport", "ports", 0, 1, ports},
    {"sctp", "source-port", 0, 1, sport},
    {"sctp", "sport", 0, 1, sport},
    {"sctp", "destination-port", 0, 1, dport},
    {"sctp", "dport", 0, 1, dport},
    {"sctp", "chunk-types", 0, 2, pure},
    {"set", "match-set", 0, 2, match_set},
    {"set", "set", 0, 2, match_set},
    {"set", "return-nomatch", 0, 0, opaque_set},
    {"set", "update-counters", 0, 0, nothing},
    {"set", "update-subcounters", 0, 0, nothing},
    {"set", "packets-eq", 0, 1, opaque_set},
    {"set", "packets-lt", 0, 1, opaque_set},
    {"set", "packets-gt", 0, 1, opaque_set},
    {"set", "bytes-eq", 0, 1, opaque_set},
    {"set", "bytes-lt", 0, 1, opaque_set},
    {"set", "bytes-gt", 0, 1, opaque_set},
    {"state", "state", 0, 1, ctstate},
    {"tcp", "source-port", 0, 1, sport},
    {"tcp", "sport", 0, 1, sport},
    {"tcp", "destination-port", 0, 1, dport},
    {"tcp", "dport", 0, 1, dport},
    {"tcp", "syn", 0, 0, syn},
    {"tcp", "tcp-flags", 0, 2, tcp_flags},
    {"tcp", "tcp-option", 0, 1, pure},
    {"udp", "source-port", 0, 1, sport},
    {"udp", "sport", 0, 1, sport},
    {"udp", "destination-port", 0, 1, dport},
    {"udp", "dport", 0, 1, dport},
    {"udplite", "source-port", 0, 1, sport},
    {"udplite", "sport", 0, 1, sport},
    {"udplite", "destination-port", 0, 1, dport},
    {"udplite", "dport", 0, 1, dport},
});

// Sorted by name. Sharing: docs on unknown conditions; what counts, remembers, is random or looks at the clock is per_visit.
constexpr auto kModules = std::to_array<ModuleSpec>({
    {"addrtype", Handling::modelled, ""},
    {"ah", Handling::pure, "ahspi ahlen ahres"},
    {"bpf", Handling::pure, "object-pinned bytecode", true},
    {"cgroup", Handling::pure, "path cgroup"},
    {"cluster", Handling::pure, "cluster-total-nodes cluster-local-node cluster-local-nodemask cluster-hash-seed"},
    {"comment", Handling::irrelevant, "comment"},
    {"condition", Handling::per_visit, "condition"},  // xtables-addons
    {"connbytes", Handling::per_visit, "connbytes connbytes-dir connbytes-mode"},
    {"connlabel", Handling::per_visit, "label set"},
    {"connlimit", Handling::per_visit, "connlimit-upto connlimit-above connlimit-mask connlimit-saddr connlimit-daddr"},
    {"connmark", Handling::modelled, ""},
    {"conntrack", Handling::modelled, ""},
    {"cpu", Handling::per_visit, "cpu"},
    {"dccp", Handling::modelled, ""},
    {"devgroup", Handling::pure, "src-group dst-group"},
    {"dscp", Handling::pure, "dscp dscp-class", true},
    {"dst", Handling::pure, "dst-len dst-opts"},
    {"ecn", Handling::pure, "ecn-tcp-cwr ecn-tcp-ece ecn-ip-ect", true},
    {"esp", Handling::pure, "espspi"},
    {"eui64", Handling::pure, ""},
    {"frag", Handling::pure, "fragid fraglen fragres fragfirst fragmore fraglast"},
    {"fuzzy", Handling::per_visit, "lower-limit upper-limit"},                              // xtables-addons
    {"geoip", Handling::pure, "src-cc source-country dst-cc destination-country"},          // xtables-addons
    {"hashlimit", Handling::per_visit,
     "hashlimit hashlimit-upto hashlimit-above hashlimit-burst hashlimit-mode hashlimit-srcmask hashlimit-dstmask hashlimit-name "
     "hashlimit-htable-size hashlimit-htable-max hashlimit-htable-expire hashlimit-htable-gcinterval hashlimit-rate-match "
     "hashlimit-rate-interval"},
    {"hbh", Handling::pure, "hbh-len hbh-opts"},
    {"helper", Handling::pure, "helper"},
    {"hl", Handling::pure, "hl-eq hl-lt hl-gt", true},
    {"icmp", Handling::modelled, ""},
    {"icmp6", Handling::modelled, ""},
    {"ipcomp", Handling::pure, "ipcompspi compres"},
    {"ipp2p", Handling::pure, "*", true},                                                    // xtables-addons
    {"iprange", Handling::modelled, ""},
    {"ipv4options", Handling::pure, "flags any"},                                            // xtables-addons
    {"ipv6header", Handling::pure, "soft header"},
    {"ipvs", Handling::pure, "ipvs vproto vaddr vport vdir vmethod vportctl"},
    {"length", Handling::pure, "length", true},
    {"length2", Handling::pure, "*", true},                                                  // xtables-addons
    {"limit", Handling::per_visit, "limit limit-burst"},
    {"lscan", Handling::per_visit, "*"},                                                     // xtables-addons
    {"mac", Handling::modelled, ""},
    {"mark", Handling::modelled, ""},
    {"mh", Handling::pure, "mh-type"},
    {"multiport", Handling::modelled, ""},
    {"nfacct", Handling::per_visit, "nfacct-name"},
    {"osf", Handling::pure, "genre ttl log", true},
    {"owner", Handling::pure, "uid-owner gid-owner suppl-groups socket-exists pid-owner sid-owner cmd-owner"},
    {"physdev", Handling::pure, "physdev-in physdev-out physdev-is-in physdev-is-out physdev-is-bridged"},
    {"pkttype", Handling::pure, "pkt-type"},
    {"policy", Handling::pure, "dir pol strict reqid spi proto mode tunnel-src tunnel-dst next"},
    {"psd", Handling::per_visit, "psd-weight-threshold psd-delay-threshold psd-lo-ports-weight psd-hi-ports-weight"},  // xtables-addons
    {"quota", Handling::per_visit, "quota"},
    {"quota2", Handling::per_visit, "name quota grow no-change packets"},                    // xtables-addons
    {"rateest", Handling::per_visit,
     "rateest-delta rateest-lt rateest-gt rateest-eq rateest rateest1 rateest2 rateest-bps rateest-pps rateest-bps1 rateest-bps2 "
     "rateest-pps1 rateest-pps2"},
    {"realm", Handling::pure, "realm"},
    {"recent", Handling::per_visit, "name set rsource rdest mask rcheck update remove seconds reap hitcount rttl"},
    {"rpfilter", Handling::pure, "loose validmark accept-local invert"},
    {"rt", Handling::pure, "rt-type rt-segsleft rt-len rt-0-res rt-0-addrs rt-0-not-strict"},
    {"sctp", Handling::modelled, ""},
    {"set", Handling::modelled, ""},
    {"socket", Handling::pure, "transparent nowildcard restore-skmark"},
    {"srh", Handling::pure, "*"},
    {"state", Handling::modelled, ""},
    {"statistic", Handling::per_visit, "mode probability every packet"},
    {"string", Handling::pure, "algo from to string hex-string icase", true},
    {"tcp", Handling::modelled, ""},
    {"tcpmss", Handling::pure, "mss", true},
    {"time", Handling::per_visit, "datestart datestop timestart timestop monthdays weekdays contiguous kerneltz utc localtz"},
    {"tos", Handling::pure, "tos", true},
    {"ttl", Handling::pure, "ttl-eq ttl-gt ttl-lt ttl", true},
    {"u32", Handling::pure, "u32", true},
    {"udp", Handling::modelled, ""},
    {"udplite", Handling::modelled, ""},
});

// Sorted by name.
constexpr auto kTargets = std::to_array<TargetSpec>({
    {"ACCEPT", Effect::accept, ""},
    {"ACCOUNT", Effect::proceed, "addr tname"},                            // xtables-addons
    {"AUDIT", Effect::proceed, "type"},
    {"CHAOS", Effect::drop, "delude= tarpit="},                            // xtables-addons: REJECT, DELUDE, TARPIT or DROP, never let through
    {"CHECKSUM", Effect::proceed, "checksum-fill="},
    {"CLASSIFY", Effect::proceed, "set-class"},
    {"CLUSTERIP", Effect::unknown_rewriting, "new= hashmode clustermac total-nodes local-node hash-init"},
    {"CONNMARK", Effect::connmark,
     "set-xmark set-mark and-mark or-mark xor-mark save-mark= restore-mark= nfmask ctmask mask left-shift-mark right-shift-mark"},
    {"CONNSECMARK", Effect::proceed, "save= restore="},
    {"CT", Effect::ct, "notrack= helper ctevents expevents zone-orig zone-reply zone timeout"},
    {"DELUDE", Effect::reject, ""},                                        // xtables-addons: SYN-ACK to a SYN, RST to the rest
    {"DNAT", Effect::dnat, "to-destination random= persistent="},
    {"DNPT", Effect::unknown_rewriting, "src-pfx dst-pfx"},
    {"DROP", Effect::drop, ""},
    {"DSCP", Effect::changes_header, "set-dscp set-dscp-class"},
    {"ECHO", Effect::drop, ""},                                            // xtables-addons: answers and drops
    {"ECN", Effect::changes_header, "ecn-tcp-remove="},
    {"HL", Effect::changes_header, "hl-set hl-dec hl-inc"},
    {"HMARK", Effect::mark,
     "hmark-tuple hmark-mod hmark-offset hmark-src-prefix hmark-dst-prefix hmark-sport-mask hmark-dport-mask hmark-spi-mask "
     "hmark-proto-mask hmark-rnd"},
    {"IDLETIMER", Effect::proceed, "timeout label alarm="},
    {"IPMARK", Effect::mark, "addr and-mask or-mask shift"},               // xtables-addons
    {"LED", Effect::proceed, "led-trigger-id led-delay led-always-blink="},
    {"LOG", Effect::proceed, "log-level log-prefix log-tcp-sequence= log-tcp-options= log-ip-options= log-uid= log-macdecode="},
    {"LOGMARK", Effect::proceed, "log-level log-prefix log-nfmark= log-ctmark= log-secmark="},  // xtables-addons
    {"MARK", Effect::mark, "set-xmark set-mark and-mark or-mark xor-mark"},
    {"MASQUERADE", Effect::masquerade, "to-ports random= random-fully="},
    {"MIRROR", Effect::unknown_rewriting, ""},
    {"NETMAP", Effect::netmap, "to"},
    {"NFLOG", Effect::proceed, "nflog-group nflog-prefix nflog-range nflog-size nflog-threshold"},
    {"NFQUEUE", Effect::unknown_rewriting, "queue-num queue-balance queue-bypass= queue-cpu-fanout="},
    {"NOTRACK", Effect::notrack, ""},
    {"QUEUE", Effect::unknown_rewriting, ""},
    {"RATEEST", Effect::proceed, "rateest-name rateest-interval rateest-ewmalog rateest-ewma"},
    {"REDIRECT", Effect::redirect, "to-ports random= random-fully="},
    {"REJECT", Effect::reject, "reject-with"},
    {"RETURN", Effect::return_, ""},
    {"SAME", Effect::unknown_rewriting, "to nodst= random="},
    {"SECMARK", Effect::proceed, "selctx"},
    {"SET", Effect::changes_set, "add-set del-set map-set timeout exist= map-mark= map-prio= map-queue="},
    {"SNAT", Effect::snat, "to-source random= random-fully= persistent="},
    {"SNPT", Effect::unknown_rewriting, "src-pfx dst-pfx"},
    {"SYNPROXY", Effect::unknown_rewriting, "mss wscale sack-perm= timestamps= ecn="},
    {"SYSRQ", Effect::proceed, "password hash"},                           // xtables-addons
    {"TARPIT", Effect::drop, "tarpit= honeypot= reset="},                  // xtables-addons
    {"TCPMSS", Effect::changes_header, "set-mss clamp-mss-to-pmtu="},
    {"TCPOPTSTRIP", Effect::changes_header, "strip-options"},
    {"TEE", Effect::proceed, "gateway oif"},
    {"TOS", Effect::changes_header, "set-tos and-tos or-tos xor-tos"},
    {"TPROXY", Effect::unknown_rewriting, "on-port on-ip tproxy-mark"},
    {"TRACE", Effect::proceed, ""},
    {"TTL", Effect::changes_header, "ttl-set ttl-dec ttl-inc"},
    {"ULOG", Effect::proceed, "ulog-nlgroup ulog-prefix ulog-cprange ulog-qthreshold"},
});

template <typename Rows>
auto* find_by_name(const Rows& rows, std::string_view name) {
  const auto row = std::lower_bound(rows.begin(), rows.end(), name, [](const auto& r, std::string_view n) { return r.name < n; });
  return row != rows.end() && row->name == name ? &*row : nullptr;
}

}  // namespace

const ModuleSpec* find_module(std::string_view name) {
  if (name == "icmpv6") name = "icmp6";
  return find_by_name(kModules, name);
}

const TargetSpec* find_target(std::string_view name) { return find_by_name(kTargets, name); }

std::span<const OptionSpec> generic_options() { return kGenericOptions; }

std::span<const OptionSpec> module_options(std::string_view module) {
  const auto begin = std::lower_bound(kModuleOptions.begin(), kModuleOptions.end(), module,
                                      [](const OptionSpec& o, std::string_view m) { return o.owner < m; });
  auto end = begin;
  while (end != kModuleOptions.end() && end->owner == module) ++end;
  return {begin, end};
}

std::string_view find_word(std::string_view list, std::string_view name) {
  std::string_view abbreviated;
  bool ambiguous = false;
  while (!list.empty()) {
    const std::string_view word = list.substr(0, list.find(' '));
    list.remove_prefix(std::min(list.size(), word.size() + 1));
    const std::string_view bare = word.ends_with('=') ? word.substr(0, word.size() - 1) : word;
    if (bare == name) return word;
    if (name.empty() || !bare.starts_with(name)) continue;
    ambiguous = ambiguous || !abbreviated.empty();
    abbreviated = word;
  }
  return ambiguous ? std::string_view() : abbreviated;
}

std::string_view implied_module(std::string_view protocol) {
  struct Row {
    std::string_view protocol;
    std::string_view module;
  };
  static constexpr auto kRows = std::to_array<Row>({
      {"tcp", "tcp"}, {"6", "tcp"}, {"udp", "udp"}, {"17", "udp"}, {"icmp", "icmp"}, {"1", "icmp"}, {"icmpv6", "icmp6"},
      {"ipv6-icmp", "icmp6"}, {"58", "icmp6"}, {"sctp", "sctp"}, {"132", "sctp"}, {"dccp", "dccp"}, {"33", "dccp"},
      {"udplite", "udplite"}, {"136", "udplite"}, {"esp", "esp"}, {"50", "esp"}, {"ah", "ah"}, {"51", "ah"}, {"mh", "mh"},
      {"ipv6-mh", "mh"}, {"135", "mh"},
  });
  for (const Row& row : kRows)
    if (row.protocol == protocol) return row.module;
  return {};
}

}  // namespace fwproof::importers::iptables_save
